package io.bulkhead.reconcile;

import io.bulkhead.cgroup.JoinAtBirth;
import io.bulkhead.cgroup.Subgroup;
import io.bulkhead.launch.JoinRequest;
import io.bulkhead.launch.LaunchException;
import io.bulkhead.launch.LaunchRequest;
import io.bulkhead.launch.NotifySocket;
import io.bulkhead.launch.Outputs;
import io.bulkhead.launch.Streams;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.logs.OutputPipes;
import io.bulkhead.plan.Action;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ProcessId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The slow part of each action; runs on a worker thread, knows no state and returns what came of it.
 */
final class Worker {
    private static final int KILL_ROUNDS = 50;
    private static final int KILL_WAIT_MILLIS = 100;

    private final KernelSide kernel;

    /** Those that are launched with streams of their own. */
    private @Nullable OneOffs attended;

    Worker(KernelSide kernel) {
        this.kernel = kernel;
    }

    void attend(OneOffs oneOffs) {
        attended = oneOffs;
    }

    /** A started process, and since when. */
    record Started(WatchedProcess process, Instant at) {}

    /**
     * Makes the group, puts the limits in force, launches.
     *
     * @throws LaunchException naming the step that failed; the group stays, empty
     */
    Started start(ServiceSpec spec) throws LaunchException {
        Checkpoint.LAUNCH_BEGUN.reached();
        try {
            Started started = launch(
                    spec,
                    spec.name().value(),
                    streams(spec.name()),
                    kernel.cgroups().controlsDevices());
            Checkpoint.LAUNCHED.reached();
            return started;
        } finally {
            if (attended != null) {
                attended.drop(spec.name());
            }
        }
    }

    /** As {@link #start}, for a hook. */
    Started run(Action.RunHook hook) throws LaunchException {
        ServiceSpec spec = HookSpec.of(hook);
        boolean onHost = hook.hook().where() == Hook.Where.HOST;
        Started started = launch(
                spec,
                hook.hook().where().group(spec.name()),
                Optional.empty(),
                onHost || kernel.cgroups().controlsDevices());
        Checkpoint.HOOK_LAUNCHED.reached();
        return started;
    }

    /**
     * A command by which a service is told something.
     *
     * @param hostGroup where it runs if not below the service's
     */
    record Order(ServiceSpec spec, Hook hook, ProcessId main, String hostGroup, Optional<Subgroup> below) {}

    /** Launches it: inside the running service, or on the host. */
    Started run(Order order) throws LaunchException {
        if (order.below.isEmpty()) {
            Map<String, String> main = Map.of("BULKHEAD_MAIN_PID", Integer.toString(order.main.pid()));
            ServiceSpec spec = HookSpec.of(order.spec, order.hook, main);
            return launch(spec, order.hostGroup, Optional.empty(), true);
        }
        try {
            return join(order, order.below.get().make());
        } catch (ErrnoException e) {
            throw new LaunchException(String.valueOf(e.getMessage()));
        }
    }

    private Started join(Order order, JoinAtBirth join) throws LaunchException, ErrnoException {
        ServiceSpec spec = order.spec;
        Linux linux = kernel.linux();
        WatchedProcess main = WatchedProcess.attach(linux, kernel.processes(), order.main);
        try (OutputPipes pipes = kernel.logs().pipes(spec.name(), spec.log());
                AttendedStreams streams = AttendedStreams.outputs(linux, pipes.stdout(), pipes.stderr())) {
            SyscallProgram.Child child = kernel.launcher()
                    .join(new JoinRequest(
                            spec,
                            main.id().pid(),
                            main.pidfd(),
                            join.unified().map(Path::toString),
                            join.tasksFiles().stream().map(Path::toString).toList(),
                            kernel.cgroups().controlsDevices(),
                            order.hook.command(),
                            HookSpec.variables(spec),
                            spec.credentials(),
                            spec.workdir(),
                            order.hook.timeout(),
                            streams.inner()));
            ProcessId id = kernel.processes().identify(child.pid()).orElse(new ProcessId(child.pid(), 0));
            return new Started(new WatchedProcess(id, child.pidfd()), Instant.now());
        } finally {
            linux.close(main.pidfd());
        }
    }

    /** @param devices whether it may be given those that its group's policy allows */
    private Started launch(ServiceSpec spec, String group, Optional<Streams> streams, boolean devices)
            throws LaunchException {
        try {
            kernel.cgroups().create(group);
            kernel.cgroups().apply(group, spec.limits());
            kernel.logs().open(spec.name(), spec.log());
            spec.readyLine().ifPresent(regex -> kernel.logs().expect(spec.name(), regex));
            JoinAtBirth join = kernel.cgroups().join(group);
            SyscallProgram.Child child;
            try (OutputPipes pipes = kernel.logs().pipes(spec.name(), spec.log())) {
                child = kernel.launcher()
                        .launch(new LaunchRequest(
                                spec,
                                join.unified().map(Path::toString),
                                join.tasksFiles().stream().map(Path::toString).toList(),
                                new Outputs(pipes.stdout(), pipes.stderr()),
                                streams,
                                notifySocket(spec),
                                devices));
            }
            kernel.cgroups().began(group, child.pid());
            Instant at = Instant.now();
            // Not reaped yet, so the pid can't be another's.
            ProcessId id = kernel.processes().identify(child.pid()).orElse(new ProcessId(child.pid(), 0));
            return new Started(new WatchedProcess(id, child.pidfd()), at);
        } catch (LaunchException e) {
            throw e.refusedProgram()
                    ? ProgramFinding.of(kernel.linux(), spec)
                            .map(f -> e.because(f.sentence()))
                            .orElse(e)
                    : e;
        } catch (ErrnoException | IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()));
        }
    }

    private Optional<NotifySocket> notifySocket(ServiceSpec spec) throws ErrnoException, IOException {
        if (!spec.notifies()) {
            return Optional.empty();
        }
        return Optional.of(new NotifySocket(kernel.prober().sockets().open(spec.name()), spec.watchdog()));
    }

    private Optional<Streams> streams(ServiceName name) {
        return attended == null ? Optional.empty() : attended.streams(name);
    }

    /**
     * SIGKILL to every process in the group, again and again until nobody is left.
     *
     * @return whether the group is empty
     */
    boolean kill(String group) throws ErrnoException {
        for (int i = 0; i < KILL_ROUNDS; i++) {
            if (!kernel.cgroups().populated(group)) {
                return true;
            }
            try (Epoll ends = kernel.linux().epoll()) {
                List<Integer> pidfds = hold(group, ends);
                kernel.cgroups().killAll(group);
                if (!pidfds.isEmpty()) {
                    ends.await(KILL_WAIT_MILLIS);
                }
                pidfds.forEach(kernel.linux()::close);
            }
        }
        return !kernel.cgroups().populated(group);
    }

    private List<Integer> hold(String group, Epoll ends) throws ErrnoException {
        List<Integer> pidfds = new ArrayList<>();
        for (int pid : kernel.cgroups().processes(group)) {
            try {
                int pidfd = kernel.linux().processes().open(pid);
                pidfds.add(pidfd);
                ends.add(pidfd, pid);
            } catch (ErrnoException e) {
                // Gone, or a thread of another group's process: then there is nothing to wait for.
            }
        }
        return pidfds;
    }
}
