package io.bulkhead.reconcile;

import io.bulkhead.launch.Account;
import io.bulkhead.launch.LaunchException;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.rootfs.Executor;
import io.bulkhead.rootfs.Finding;
import io.bulkhead.rootfs.ProgramCheck;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.UserNamespace;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ServiceState;
import java.util.Optional;
import java.util.Set;

/** What is wrong with a service's program, where that is why it isn't up. */
final class ProgramFinding {
    /** What a dynamic loader, and a shell, ends with where something isn't found, or may not be executed. */
    private static final Set<ExitStatus> NOT_FOUND = Set.of(new ExitStatus.Exited(127), new ExitStatus.Exited(126));

    private static final Set<ServiceState> DOWN = Set.of(ServiceState.BACKOFF, ServiceState.FATAL, ServiceState.EXITED);

    private ProgramFinding() {}

    /** Whether its program can be to blame. */
    static boolean isWorthALook(ServiceReport report) {
        return DOWN.contains(report.state())
                && report.lastExit()
                        .map(NOT_FOUND::contains)
                        .orElse(report.reason().startsWith("execve "));
    }

    static Optional<Finding> of(Linux linux, ServiceSpec spec) {
        return new ProgramCheck(linux, spec, executor(linux, spec)).check();
    }

    /** Where owners on the disk are others than inside, nobody can be told from them. */
    private static Optional<Executor> executor(Linux linux, ServiceSpec spec) {
        if (!spec.namespaces().user().map(UserNamespace::idmap).orElse(true) || linux.geteuid() != 0) {
            return Optional.empty();
        }
        try {
            Account account = Account.of(linux, spec);
            return Optional.of(new Executor(account.uid(), account.allGroups()));
        } catch (LaunchException | ErrnoException e) {
            return Optional.empty();
        }
    }
}
