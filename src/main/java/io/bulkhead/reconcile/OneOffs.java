package io.bulkhead.reconcile;

import io.bulkhead.launch.Streams;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ServiceStatus;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Commands in containers of their own: services that nobody declared, that are taken out when they are over. What they are is
 * in files of run-dir, so that the next daemon goes on with them; who attends one is this daemon's alone to know.
 */
final class OneOffs {
    private final Linux linux;
    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final OneOffFiles files;
    private final Sessions sessions;
    /** Of the loop's thread. */
    private final SortedMap<ServiceName, ServiceSpec> specs = new TreeMap<>();

    /** For the workers: what is launched with other streams than a service's. */
    private final Map<ServiceName, AttendedStreams> streams = new ConcurrentHashMap<>();
    /** By the session's id: what ends when nobody attends it any more. */
    private final Map<String, ServiceName> attended = new ConcurrentHashMap<>();

    OneOffs(Linux linux, Supervisor supervisor, Reconciler reconciler, OneOffFiles files, Sessions sessions) {
        this.linux = linux;
        this.supervisor = supervisor;
        this.reconciler = reconciler;
        this.files = files;
        this.sessions = sessions;
    }

    /** Of the loop's thread: all there are. */
    SortedMap<ServiceName, ServiceSpec> specs() {
        return Collections.unmodifiableSortedMap(specs);
    }

    /** Goes on with those of an earlier daemon, before the first round. */
    void adopt() throws IOException {
        specs.putAll(files.all());
    }

    /** Of the loop's thread: those that an earlier daemon began and that have ended, never to be begun again. */
    Set<ServiceName> ended() {
        Set<ServiceName> ended = new HashSet<>();
        specs.forEach((name, spec) -> {
            if (spec.restart().when() == RestartPolicy.When.NEVER && !isAlive(reconciler.status(name))) {
                ended.add(name);
            }
        });
        return ended;
    }

    /** The daemon has stopped all; nobody is to begin it again. */
    void forget() {
        specs.keySet().forEach(files::remove);
    }

    /** After what was adopted is known to the loop. */
    void tend() {
        specs.keySet().forEach(name -> {
            var unused = whenOver(name);
        });
    }

    /** Begins one; completes when it is over and nothing is left of it. */
    Session begin(RunCommand command) throws CommandException, ConfigException {
        if (!ServiceName.isValid(command.name())) {
            throw new CommandException("--name " + command.name() + " is not " + ServiceName.ALLOWED);
        }
        ServiceName name = new ServiceName(command.name());
        if (supervisor.onLoop(
                () -> CompletableFuture.completedFuture(reconciler.status(name).isPresent()))) {
            throw new CommandException("--name " + name + ": there is a service of that name");
        }
        ServiceSpec spec = add(command, name);
        String session = "";
        try {
            session = attend(command, spec);
        } catch (ErrnoException e) {
            files.remove(name);
            throw new CommandException(String.valueOf(e.getMessage()));
        } catch (CommandException e) {
            files.remove(name);
            throw e;
        }
        CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        String id = session;
        supervisor.post(() -> {
            specs.put(name, spec);
            supervisor.desireAll();
            var unused = whenOver(name).whenComplete((status, failure) -> {
                sessions.close(id);
                attended.remove(id);
                drop(name);
                if (failure == null) {
                    end.complete(status);
                } else {
                    end.completeExceptionally(failure);
                }
                begun.complete(null);
            });
            var unusedUp = reconciler
                    .when(() -> isAlive(reconciler.status(name)) || end.isDone())
                    .thenRun(() -> begun.complete(null));
        });
        return new Session(id, begun, end);
    }

    private ServiceSpec add(RunCommand command, ServiceName name) throws CommandException, ConfigException {
        try {
            ServiceSpec spec = files.add(name, command.configuration());
            if (spec.instance().instances().count() > 1) {
                files.remove(name);
                throw new CommandException("instances: a one-off command has one");
            }
            return spec;
        } catch (FileAlreadyExistsException e) {
            throw new CommandException("--name " + name + ": there is one of that name");
        } catch (IOException e) {
            throw new CommandException(e.toString());
        }
    }

    private String attend(RunCommand command, ServiceSpec spec) throws ErrnoException, CommandException {
        if (command.attachment().isEmpty()) {
            return "";
        }
        Attachment attachment = command.attachment().get();
        AttendedStreams own = streams(attachment, spec);
        try {
            String session = sessions.open(attachment, own);
            own.closeOuter();
            attended.put(session, spec.name());
            streams.put(spec.name(), own);
            return session;
        } catch (ErrnoException | CommandException e) {
            own.close();
            throw e;
        }
    }

    private AttendedStreams streams(Attachment attachment, ServiceSpec spec) throws ErrnoException {
        if (attachment.terminal().isEmpty()) {
            return AttendedStreams.pipes(linux, attachment.input());
        }
        Attachment.Terminal size = attachment.terminal().get();
        if (spec.namespaces().mount()) {
            try {
                return AttendedStreams.fresh(linux, size);
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.EPERM) {
                    throw e;
                }
                // Without root, it takes a terminal that has no name inside.
            }
        }
        return AttendedStreams.terminal(linux, linux.terminals().open(), size);
    }

    /** What one is launched with at its first start; for a worker's thread. */
    Optional<Streams> streams(ServiceName name) {
        return Optional.ofNullable(streams.get(name)).map(AttendedStreams::inner);
    }

    /** It has been launched with them, or will not be. */
    void drop(ServiceName name) {
        AttendedStreams own = streams.remove(name);
        if (own != null) {
            own.close();
        }
    }

    /** Who attended a command is gone: it is stopped. */
    void hangUp(String session) {
        ServiceName name = attended.remove(session);
        if (name != null) {
            supervisor.post(() -> supervisor.override(name, false));
        }
    }

    /** Who attended it leaves, and it goes on. */
    void leave(String session) {
        attended.remove(session);
    }

    /** Of the loop's thread. Takes it out when it is over. */
    private CompletableFuture<ExitStatus> whenOver(ServiceName name) {
        return reconciler.when(() -> isOver(name)).thenCompose(nothing -> {
            Optional<ServiceStatus> last = reconciler.status(name);
            specs.remove(name);
            supervisor.desireAll();
            return reconciler
                    .when(() -> reconciler.status(name).isEmpty() || supervisor.isEnding())
                    .thenCompose(gone -> {
                        if (!supervisor.isEnding() || !isAlive(last)) {
                            files.remove(name);
                        }
                        return outcome(last);
                    });
        });
    }

    private static boolean isAlive(Optional<ServiceStatus> status) {
        return status.flatMap(ServiceStatus::process).isPresent();
    }

    private static CompletableFuture<ExitStatus> outcome(Optional<ServiceStatus> last) {
        Optional<ExitStatus> exit = last.flatMap(ServiceStatus::lastExit);
        if (exit.isPresent()) {
            return CompletableFuture.completedFuture(exit.get());
        }
        String reason =
                last.map(ServiceStatus::reason).filter(text -> !text.isEmpty()).orElse("it was never started");
        return CompletableFuture.failedFuture(CommandException.notLaunched(reason));
    }

    /** Whether nothing will become of it any more. */
    private boolean isOver(ServiceName name) {
        ServiceSpec spec = specs.get(name);
        Optional<ServiceStatus> status = reconciler.status(name);
        if (spec == null) {
            return true; // a service has been declared by that name
        }
        if (status.isEmpty() || status.get().process().isPresent() || reconciler.isBusy(name)) {
            return false;
        }
        boolean stopped = Boolean.FALSE.equals(reconciler.desired().overrides().get(name));
        return switch (status.get().state()) {
            case EXITED, FATAL -> true;
            case BACKOFF -> spec.restart().when() == RestartPolicy.When.NEVER;
            case STOPPED -> stopped;
            case STARTING, RUNNING, STOPPING, UNKNOWN -> false;
        };
    }
}
