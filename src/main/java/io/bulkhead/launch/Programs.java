package io.bulkhead.launch;

import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.ServiceSpec;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Programs of services that were started, to be run again when they restart: to lay one out takes as long as the kernel
 * takes for twenty mounts. Thread-safe.
 */
final class Programs implements AutoCloseable {
    /** Of some 10 KiB each; those that haven't run for longest go first. */
    private static final int MOST = 256;

    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private boolean closed;

    private record Kept(Blueprint blueprint, SyscallProgram program) {}

    /** The caller's until it is given back: a program serves one launch at a time. */
    synchronized Optional<SyscallProgram> take(Blueprint blueprint) {
        Kept last = kept.remove(name(blueprint));
        if (last == null) {
            return Optional.empty();
        }
        if (!last.blueprint.equals(blueprint)) {
            last.program.close();
            return Optional.empty();
        }
        return Optional.of(last.program);
    }

    synchronized void give(Blueprint blueprint, SyscallProgram program) {
        Kept other = closed ? new Kept(blueprint, program) : kept.put(name(blueprint), new Kept(blueprint, program));
        if (other != null) {
            other.program.close();
        }
        if (kept.size() > MOST) {
            Iterator<Kept> eldest = kept.values().iterator();
            eldest.next().program.close();
            eldest.remove();
        }
    }

    private static String name(Blueprint blueprint) {
        ServiceSpec spec = blueprint.request().spec();
        return spec.name() + " " + spec.command(); // a service has hooks, too
    }

    @Override
    public synchronized void close() {
        closed = true;
        kept.values().forEach(one -> one.program.close());
        kept.clear();
    }
}
