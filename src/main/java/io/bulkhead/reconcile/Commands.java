package io.bulkhead.reconcile;

import io.bulkhead.cgroup.JoinAtBirth;
import io.bulkhead.launch.JoinRequest;
import io.bulkhead.launch.LaunchException;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.Terminals;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.Credentials;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs commands inside running services. Thread-safe; what it does blocks its caller for as long as a launch takes. */
final class Commands {
    private static final Logger log = LoggerFactory.getLogger(Commands.class);

    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final KernelSide kernel;
    private final Sessions sessions;

    Commands(Supervisor supervisor, Reconciler reconciler, KernelSide kernel, Sessions sessions) {
        this.supervisor = supervisor;
        this.reconciler = reconciler;
        this.kernel = kernel;
        this.sessions = sessions;
    }

    /** A service that runs. Its descriptor is the holder's. */
    private record Target(ServiceSpec spec, WatchedProcess process) {}

    Session run(ExecCommand command) throws CommandException {
        Linux linux = kernel.linux();
        Target target = target(command.service());
        try (AttendedStreams streams = streams(command, target)) {
            SyscallProgram.Child child = kernel.launcher().join(request(command, target, streams));
            log.info("service={} exec pid={} {}", target.spec.name(), child.pid(), command.command());
            return sessions.begin(command.attachment(), streams, child);
        } catch (LaunchException e) {
            throw CommandException.notLaunched(
                    String.valueOf(e.limitedBy("start.timeout").getMessage()));
        } catch (ErrnoException e) {
            throw new CommandException(String.valueOf(e.getMessage()));
        } finally {
            linux.close(target.process.pidfd());
        }
    }

    private Target target(String text) throws CommandException {
        ServiceName name = supervisor
                .names()
                .one(text)
                .orElseThrow(() -> new CommandException(
                        text + ": ERROR (" + supervisor.names().notOne(text) + ")"));
        Found found = supervisor.onLoop(() -> CompletableFuture.completedFuture(find(name)));
        return found.target.orElseThrow(() -> new CommandException(text + ": ERROR (" + found.why + ")"));
    }

    /** A target, or why there is none. */
    private record Found(Optional<Target> target, String why) {
        static Found not(String why) {
            return new Found(Optional.empty(), why);
        }
    }

    /** Of the loop's thread. */
    private Found find(ServiceName name) {
        Optional<ServiceSpec> spec = reconciler.desired().spec(name);
        Optional<WatchedProcess> process = reconciler.process(name);
        if (spec.isEmpty()) {
            return Found.not("no such process");
        }
        if (process.isEmpty()) {
            return Found.not("not running");
        }
        if (reconciler.paused().contains(name)) {
            return Found.not("paused");
        }
        try {
            WatchedProcess held = WatchedProcess.attach(
                    kernel.linux(), kernel.processes(), process.get().id());
            return new Found(Optional.of(new Target(spec.get(), held)), "");
        } catch (ErrnoException e) {
            return Found.not("not running");
        }
    }

    private AttendedStreams streams(ExecCommand command, Target target) throws ErrnoException {
        Linux linux = kernel.linux();
        if (command.attachment().isEmpty()) {
            return AttendedStreams.none(linux);
        }
        Attachment attachment = command.attachment().get();
        if (attachment.terminal().isEmpty()) {
            return AttendedStreams.pipes(linux, attachment.input());
        }
        return AttendedStreams.terminal(
                linux, pair(target), attachment.terminal().get());
    }

    /** Of the service's own devpts, so that its tty(1) finds a name for it; with the host's mounts there is none. */
    private Terminals.Pair pair(Target target) throws ErrnoException {
        Linux linux = kernel.linux();
        if (!target.spec.namespaces().mount()) {
            return linux.terminals().open();
        }
        int root = linux.open("/proc/" + target.process.id().pid() + "/root", Linux.O_PATH | Linux.O_DIRECTORY);
        try {
            return linux.terminals().openIn(root);
        } finally {
            linux.close(root);
        }
    }

    private JoinRequest request(ExecCommand command, Target target, AttendedStreams streams) {
        ServiceSpec spec = target.spec;
        JoinAtBirth join = kernel.cgroups().join(spec.name().value());
        return new JoinRequest(
                spec,
                target.process.id().pid(),
                target.process.pidfd(),
                join.unified().map(Path::toString),
                join.tasksFiles().stream().map(Path::toString).toList(),
                kernel.cgroups().controlsDevices(),
                command.command(),
                command.environment(),
                command.user().map(Commands::credentials).orElse(spec.credentials()),
                command.workdir().orElse(spec.workdir()),
                spec.start().timeout(),
                streams.inner());
    }

    private static Credentials credentials(String user) {
        int colon = user.indexOf(':');
        return colon < 0
                ? new Credentials(Optional.of(user), Optional.empty(), List.of())
                : new Credentials(
                        Optional.of(user.substring(0, colon)), Optional.of(user.substring(colon + 1)), List.of());
    }
}
