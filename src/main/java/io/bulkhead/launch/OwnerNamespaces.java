package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Rendezvous;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.UserNamespace;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * User namespaces that nobody is in: they say whose the files of an idmapped mount are, and all services with the same numbers
 * may use one. Thread-safe.
 */
final class OwnerNamespaces implements AutoCloseable {
    private static final int NONE = -1;
    /** The child's descriptor by which it waits. */
    private static final int MEETING = 3;

    private final Linux linux;
    private final Map<UserNamespace, Integer> open = new HashMap<>();

    OwnerNamespaces(Linux linux) {
        this.linux = linux;
    }

    /** A descriptor of one, which stays ours. */
    synchronized int of(UserNamespace user) throws ErrnoException {
        Integer known = open.get(user);
        if (known == null) {
            known = make(user);
            open.put(user, known);
        }
        return known;
    }

    /** A process is in it for as long as it takes to say who is who. */
    private int make(UserNamespace user) throws ErrnoException {
        AtomicInteger made = new AtomicInteger(NONE);
        SyscallProgram.Builder steps = SyscallProgram.builder(SyscallProgram.CLONE_NEWUSER);
        Rendezvous.hold(steps, MEETING);
        steps.call(CLOSE_RANGE, "", MEETING + 1, 0xffffffffL, 0);
        Rendezvous.await(steps, MEETING, "uid_map and gid_map");
        Rendezvous.part(steps);
        ParentSide parent = new ParentSide(linux, pid -> {
            IdMaps.write(linux, pid, user);
            made.set(linux.open("/proc/" + pid + "/ns/user", Linux.O_RDONLY));
        });
        try (parent;
                SyscallProgram program = steps.build()) {
            parent.attend(program);
            ErrnoException end = Rendezvous.runToEnd(linux, program, parent.late());
            if (parent.failure().isPresent()) {
                throw parent.failure().get();
            }
            if (made.get() == NONE) {
                throw end;
            }
        }
        return made.get();
    }

    @Override
    public synchronized void close() {
        open.values().forEach(linux::close);
        open.clear();
    }
}
