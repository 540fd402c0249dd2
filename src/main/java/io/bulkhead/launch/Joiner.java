package io.bulkhead.launch;

import io.bulkhead.launch.CallFilters.CallFilter;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.ProgramImage;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** Starts commands inside running services. */
final class Joiner {
    /** By their names in {@code /proc/PID/ns}, with the flag of setns(2). */
    private static final Map<String, Long> NAMESPACES = Map.of(
            "pid", SyscallProgram.CLONE_NEWPID,
            "mnt", SyscallProgram.CLONE_NEWNS,
            "uts", SyscallProgram.CLONE_NEWUTS,
            "ipc", SyscallProgram.CLONE_NEWIPC,
            "net", SyscallProgram.CLONE_NEWNET,
            "cgroup", SyscallProgram.CLONE_NEWCGROUP,
            "user", 0x10000000L,
            "time", 0x80L);

    private final Linux linux;

    Joiner(Linux linux) {
        this.linux = linux;
    }

    /** Runs a program as {@link Launcher} does, by a deadline. */
    interface Runner {
        SyscallProgram.Child run(SyscallProgram program, long... late) throws LaunchException, ErrnoException;
    }

    /** @param kept the capabilities that the service keeps */
    SyscallProgram.Child launch(
            JoinRequest request, HostFacts host, Set<Capability> kept, Optional<CallFilter> filter, Runner runner)
            throws LaunchException, ErrnoException {
        ServiceSpec spec = request.spec();
        Account account;
        Map<String, String> environment = new TreeMap<>(spec.environment());
        environment.putAll(request.environment());
        String executable;
        // As it is mounted there; whatever links there are, they lead nowhere else.
        try (RootDirectory root = new RootDirectory(linux, Path.of("/proc/" + request.pid() + "/root"), List.of())) {
            account = Account.resolve(request.credentials(), root);
            environment = Launcher.environment(environment, account);
            executable = Launcher.executable(request.command().get(0), environment, root);
        }
        JoinProgram join = new JoinProgram(request, account, host, linux.geteuid() == 0);
        ProgramImage image = join.inside(foreign(request.pid()), kept, filter, executable, environment);
        long begun = System.nanoTime();
        try (ImageRun run = new ImageRun(linux, JoinProgram.NAME, image);
                SyscallProgram outside = join.outside()) {
            SyscallProgram.Child entrant = runner.run(outside, run.late());
            try {
                return command(run, begun, request.timeout());
            } finally {
                linux.processes().end(entrant.pidfd());
            }
        }
    }

    private SyscallProgram.Child command(ImageRun run, long begun, Duration timeout)
            throws LaunchException, ErrnoException {
        boolean up = false;
        try {
            int pid = run.awaitCommand(begun, timeout);
            // Nobody else's child, and not reaped, so the pid is its own.
            SyscallProgram.Child command =
                    new SyscallProgram.Child(pid, linux.processes().open(pid));
            up = true;
            return command;
        } finally {
            OptionalInt forked = up ? OptionalInt.empty() : run.forked();
            if (forked.isPresent()) {
                linux.processes().end(linux.processes().open(forked.getAsInt()));
            }
        }
    }

    /** The namespaces of a process that aren't the daemon's. */
    private static long foreign(int pid) throws LaunchException {
        long flags = 0;
        for (Map.Entry<String, Long> namespace : NAMESPACES.entrySet()) {
            Path own = Path.of("/proc/self/ns", namespace.getKey());
            try {
                if (Files.exists(own)
                        && !Files.readSymbolicLink(own)
                                .equals(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns", namespace.getKey())))) {
                    flags |= namespace.getValue();
                }
            } catch (IOException e) {
                throw new LaunchException(
                        "readlink /proc/" + pid + "/ns/" + namespace.getKey() + ": " + e.getMessage());
            }
        }
        return flags;
    }
}
