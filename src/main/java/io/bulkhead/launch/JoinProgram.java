package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.launch.CallFilters.CallFilter;
import io.bulkhead.libc.ProgramImage;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.Terminals;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.UserNamespace;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The way of a command into a running service, whose processes may be hostile and see what comes.
 *
 * <p>Whoever is in the service's PID namespace can be looked at, and with CAP_SYS_PTRACE be taken over, by others there. So a
 * process that is seen by none of them goes nearly all of the way, by itself, with nothing of the daemon's memory in it
 * and no file of the host open: joins groups, takes attributes, becomes an image; joins the namespaces, gives up all powers;
 * and only then forks the one that is born among them, which has no more than they have and little left to do (CVE-2016-9962).
 * Its program is a sealed file in memory (CVE-2019-5736), and no directory of the host can be reached by a descriptor when
 * the working directory is chosen (CVE-2024-21626).
 */
final class JoinProgram {
    static final String NAME = "bulkhead-exec";
    private static final int PIDFD = 5;

    private final JoinRequest request;
    private final Account account;
    private final HostFacts host;
    private final boolean privileged;

    /** @param privileged whether the daemon is the host's root */
    JoinProgram(JoinRequest request, Account account, HostFacts host, boolean privileged) {
        this.request = request;
        this.account = account;
        this.host = host;
        this.privileged = privileged;
    }

    /** What is done outside; its late arguments are those of {@link ImageRun#hold}. */
    SyscallProgram outside() {
        SyscallProgram.Builder program = SyscallProgram.builder(0);
        Descriptors fds = new Descriptors();
        Attributes.take(program, request.streams());
        ImageRun.hold(program, fds);
        program.call(DUP3, "a process to 5", request.pidfd(), PIDFD, 0);
        fds.next();
        program.call(CLOSE_RANGE, "", PIDFD + 1, 0xffffffffL, 0);
        // It may open /dev/stdout again, as whoever it is. From inside, nobody there may give away what is the host's.
        request.spec().namespaces().user().ifPresent(user -> own(program, outside(user)));
        Attributes attributes = new Attributes(program, fds, request.spec(), host);
        attributes.join(request.cgroupTasksFiles());
        attributes.set();
        attributes.resetSignals();
        ImageRun.become(program, NAME);
        return program.build();
    }

    /** What is done inside. */
    ProgramImage inside(
            long namespaces,
            Set<Capability> kept,
            Optional<CallFilter> filter,
            String executable,
            Map<String, String> environment) {
        SyscallProgram.Builder image = SyscallProgram.builder(0);
        ImageRun.begin(image);
        if (namespaces != 0) {
            image.call(SETNS, "the service's namespaces", PIDFD, namespaces);
        }
        image.call(CLOSE, "", PIDFD);
        if (!request.spec().namespaces().mount()) {
            String root = request.spec().rootfs().toString();
            image.call(CHROOT, root, root).call(CHDIR, "/", "/");
        }
        Powers powers = new Powers(image, host, account, request.spec().confinement(), kept);
        if (request.spec().namespaces().user().isPresent()) {
            powers.ofOwnUsers(privileged);
        } else {
            own(image, new long[] {account.uid(), account.gid()});
        }
        boolean bound = request.spec().confinement().noNewPrivileges();
        if (bound) {
            powers.renounce();
        } else {
            filter.ifPresent(powers::filter);
        }
        powers.drop();
        image.call(UMASK, "", request.spec().umask());
        image.call(CHDIR, request.workdir(), request.workdir());
        image.fork(false);
        image.call(SETSID, "");
        if (request.streams().terminal()) {
            image.call(IOCTL, "TIOCSCTTY", 0, Terminals.TIOCSCTTY, 0);
        }
        InitImage.unblockSignals(image);
        if (bound) {
            filter.ifPresent(powers::filter);
        }
        InitImage.execute(image, executable, request.command(), environment);
        return image.image();
    }

    private void own(SyscallProgram.Builder program, long[] owner) {
        for (int stream : request.streams().own()) {
            program.attempt(FCHOWN, stream, owner[0], request.streams().terminal() ? -1 : owner[1]);
        }
    }

    private long[] outside(UserNamespace user) {
        return new long[] {
            user.hostUid(account.uid()).orElse(-1), user.hostGid(account.gid()).orElse(-1)
        };
    }
}
