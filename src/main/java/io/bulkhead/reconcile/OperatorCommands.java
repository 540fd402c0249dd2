package io.bulkhead.reconcile;

import io.bulkhead.events.History;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.logs.Growth;
import io.bulkhead.logs.LogPaths;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.SupervisorSpec;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What operators ask, brought to the loop and waited for. */
final class OperatorCommands implements Operations {
    /** A process that waits inside the kernel can't stand still before that is over. */
    private static final Duration FREEZING = Duration.ofSeconds(5);

    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final SpecSource source;
    private final KernelSide kernel;
    private final Supervisor.Listener listener;
    private final History history;
    private final Chronicle chronicle;
    private final Sessions sessions;
    private final Commands commands;
    private final OneOffs oneOffs;
    private final Growth growth = new Growth();

    OperatorCommands(
            Supervisor supervisor,
            Reconciler reconciler,
            SpecSource source,
            KernelSide kernel,
            Supervisor.Listener listener,
            History history,
            Chronicle chronicle,
            Sessions sessions,
            Commands commands,
            OneOffs oneOffs) {
        this.oneOffs = oneOffs;
        this.sessions = sessions;
        this.commands = commands;
        this.history = history;
        this.chronicle = chronicle;
        this.listener = listener;
        this.supervisor = supervisor;
        this.reconciler = reconciler;
        this.source = source;
        this.kernel = kernel;
    }

    @Override
    public List<ServiceReport> status() {
        return supervisor.reports();
    }

    @Override
    public List<Outcome> start(List<String> names, boolean wait) {
        return each(names, name -> start(name, wait));
    }

    private CompletableFuture<Outcome> start(ServiceName name, boolean wait) {
        if (supervisor.inForce().broken().containsKey(name)) {
            String why = reconciler.status(name).map(ServiceStatus::reason).orElse("");
            return done(new Outcome(name.value(), Result.SPAWN_ERROR, why));
        }
        boolean alive = reconciler
                .status(name)
                .filter(s -> s.state() == ServiceState.RUNNING || s.state() == ServiceState.STARTING)
                .isPresent();
        reconciler.desire(reconciler.desired().withOverride(name, true), interval());
        if (alive) {
            return noted(new Outcome(name.value(), Result.ALREADY_STARTED));
        }
        reconciler.reset(name);
        return wait ? whenUp(name) : noted(new Outcome(name.value(), Result.STARTED));
    }

    private CompletableFuture<Outcome> whenUp(ServiceName name) {
        return reconciler.when(() -> isDecided(name)).thenApply(nothing -> upOutcome(name));
    }

    /** Whether a start has succeeded or failed. A first restart tells of a failure that was over between two looks. */
    private boolean isDecided(ServiceName name) {
        Optional<ServiceStatus> status = reconciler.status(name);
        if (status.isEmpty()
                || Boolean.FALSE.equals(reconciler.desired().overrides().get(name))) {
            return true;
        }
        return switch (status.get().state()) {
            case RUNNING, EXITED, FATAL, BACKOFF, UNKNOWN -> true;
            case STARTING, STOPPED, STOPPING -> status.get().restartCount() > 0;
        };
    }

    private Outcome upOutcome(ServiceName name) {
        Optional<ServiceStatus> status = reconciler.status(name);
        if (status.isEmpty()) {
            return new Outcome(name.value(), Result.NO_SUCH_PROCESS);
        }
        ServiceStatus now = status.get();
        Optional<ServiceSpec> spec = reconciler.desired().spec(name);
        boolean completed = now.state() == ServiceState.EXITED
                && now.lastExit().isPresent()
                && spec.isPresent()
                && now.lastExit().get() instanceof io.bulkhead.status.ExitStatus.Exited exit
                && spec.get().restart().successExitCodes().contains(exit.code());
        if (now.state() == ServiceState.RUNNING || completed) {
            return new Outcome(name.value(), Result.STARTED);
        }
        boolean neverRan = now.lastExit().isEmpty() && now.process().isEmpty();
        String detail =
                now.reason().isEmpty() ? now.lastExit().map(Object::toString).orElse("") : now.reason();
        return new Outcome(name.value(), neverRan ? Result.SPAWN_ERROR : Result.ABNORMAL_TERMINATION, detail);
    }

    @Override
    public List<Outcome> stop(List<String> names, boolean wait) {
        return each(names, name -> stop(name, wait));
    }

    private CompletableFuture<Outcome> stop(ServiceName name, boolean wait) {
        boolean running = reconciler.status(name).filter(s -> !isDown(s)).isPresent();
        reconciler.desire(reconciler.desired().withOverride(name, false), interval());
        if (!running) {
            return noted(new Outcome(name.value(), Result.NOT_RUNNING));
        }
        if (!wait) {
            return noted(new Outcome(name.value(), Result.STOPPED));
        }
        return reconciler
                .when(() ->
                        reconciler.status(name).map(OperatorCommands::isDown).orElse(true))
                .thenApply(nothing -> new Outcome(name.value(), Result.STOPPED));
    }

    private static boolean isDown(ServiceStatus status) {
        return switch (status.state()) {
            case STOPPED, EXITED, FATAL, UNKNOWN -> true;
            case STARTING, RUNNING, BACKOFF, STOPPING -> false;
        };
    }

    @Override
    public List<Outcome> restart(List<String> names, boolean wait) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Outcome stopped : stop(names, true)) {
            if (stopped.result() == Result.STOPPED) {
                outcomes.add(stopped);
            }
        }
        outcomes.addAll(start(names, wait));
        return outcomes;
    }

    @Override
    public List<Outcome> signal(Signal signal, List<String> names) {
        return each(
                names,
                name -> done(new Outcome(
                        name.value(), reconciler.send(name, signal) ? Result.SIGNALLED : Result.NOT_RUNNING)));
    }

    @Override
    public List<Outcome> pause(List<String> names) {
        return each(names, name -> freezing(name, true));
    }

    @Override
    public List<Outcome> resume(List<String> names) {
        return each(names, name -> freezing(name, false));
    }

    private CompletableFuture<Outcome> freezing(ServiceName name, boolean pause) {
        if (reconciler.process(name).isEmpty()) {
            return done(new Outcome(name.value(), Result.NOT_RUNNING));
        }
        try {
            if (pause) {
                reconciler.pause(name);
            } else {
                reconciler.resume(name);
            }
        } catch (ErrnoException e) {
            return done(new Outcome(name.value(), Result.FAILED, String.valueOf(e.getMessage())));
        }
        Instant patience = Instant.now().plus(FREEZING);
        return reconciler
                .when(() -> reconciler.isPaused(name) == pause
                        || reconciler.process(name).isEmpty()
                        || Instant.now().isAfter(patience))
                .thenApply(nothing -> frozen(name, pause));
    }

    private Outcome frozen(ServiceName name, boolean pause) {
        if (reconciler.process(name).isEmpty()) {
            return new Outcome(name.value(), Result.NOT_RUNNING);
        }
        if (reconciler.isPaused(name) != pause) {
            return new Outcome(
                    name.value(), Result.FAILED, "not all of its processes could be stopped yet; they will be");
        }
        return new Outcome(name.value(), pause ? Result.PAUSED : Result.RESUMED);
    }

    @Override
    public Changes preview() throws ConfigException {
        HostSpec next = source.load();
        Changes changes = Differences.between(supervisor.inForceNow(), next);
        return changes.with(notes(changes, next));
    }

    /** What the limits of services that come or change will do otherwise than asked. */
    private List<String> notes(Changes changes, HostSpec next) {
        List<String> notes = new ArrayList<>();
        for (ServiceSpec spec : next.services().values()) {
            ServiceName name = spec.name();
            if (!changes.added().contains(name) && !changes.changed().containsKey(name)) {
                continue;
            }
            try {
                kernel.cgroups()
                        .foresee(name.value(), spec.limits())
                        .forEach(each -> notes.add(name + ": " + each.key() + ": " + each.sentence()));
            } catch (ErrnoException e) {
                notes.add(name + ": " + e.getMessage());
            }
        }
        return notes;
    }

    @Override
    public Changes reload() throws ConfigException {
        listener.reloading();
        try {
            HostSpec next = load();
            Changes changes = Differences.between(supervisor.inForceNow(), next);
            List<String> notes = notes(changes, next);
            return putInForce(next).with(notes);
        } finally {
            listener.reloaded();
        }
    }

    private HostSpec load() throws ConfigException {
        try {
            return source.load();
        } catch (ConfigException e) {
            supervisor.onLoop(() -> {
                chronicle.refused(e.problems());
                return CompletableFuture.completedFuture(e);
            });
            throw e;
        }
    }

    private Changes putInForce(HostSpec next) {
        return supervisor.onLoop(() -> {
            Changes changes = Differences.between(supervisor.inForce(), next);
            Checkpoint.RELOAD_READ.reached();
            supervisor.putInForce(next);
            Checkpoint.RELOAD_IN_FORCE.reached();
            chronicle.reloaded(changes);
            Set<ServiceName> concerned = new TreeSet<>(changes.added());
            concerned.addAll(changes.removed());
            concerned.addAll(changes.changed().keySet());
            return reconciler
                    .when(() -> concerned.stream().allMatch(this::isTrue))
                    .thenApply(nothing -> changes);
        });
    }

    /** Whether a service is as the configuration in force has it, or has failed to be. */
    private boolean isTrue(ServiceName name) {
        Optional<ServiceStatus> status = reconciler.status(name);
        if (!reconciler.desired().services().containsKey(name)) {
            return status.isEmpty() && !reconciler.isBusy(name);
        }
        if (status.isEmpty() || reconciler.isBusy(name) || reconciler.hasDifferences(name)) {
            return false;
        }
        ServiceState state = status.get().state();
        boolean current = status.get().process().isEmpty()
                || status.get()
                        .launchHash()
                        .equals(Optional.of(SpecKey.launchHash(
                                reconciler.desired().spec(name).orElseThrow())));
        return current && state != ServiceState.STARTING && state != ServiceState.STOPPING;
    }

    @Override
    public Applied update(Set<String> names) throws ConfigException {
        HostSpec loaded = load();
        HostSpec before = supervisor.inForceNow();
        HostSpec next = names.isEmpty() || names.contains("all") ? loaded : partly(before, loaded, names);
        Changes changes = putInForce(next);
        List<Outcome> outcomes = new ArrayList<>();
        changes.removed().forEach(name -> outcomes.add(new Outcome(name.value(), Result.REMOVED)));
        changes.changed().keySet().forEach(name -> outcomes.add(new Outcome(name.value(), Result.UPDATED)));
        changes.added().forEach(name -> outcomes.add(new Outcome(name.value(), Result.ADDED)));
        for (String name : names) {
            boolean known = name.equals("all")
                    || (ServiceName.isValid(name)
                            && (before.services().containsKey(new ServiceName(name))
                                    || loaded.services().containsKey(new ServiceName(name))));
            if (!known) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_GROUP));
            }
        }
        return new Applied(changes, outcomes);
    }

    /** The configuration {@code before}, but for the services named as {@code loaded} has them. */
    private static HostSpec partly(HostSpec before, HostSpec loaded, Set<String> names) {
        Map<ServiceName, ServiceSpec> services = new TreeMap<>(before.services());
        TreeMap<ServiceName, List<io.bulkhead.spec.Problem>> broken = new TreeMap<>(before.broken());
        for (String text : names) {
            if (ServiceName.isValid(text)) {
                ServiceName name = new ServiceName(text);
                services.remove(name);
                broken.remove(name);
                Optional.ofNullable(loaded.services().get(name)).ifPresent(spec -> services.put(name, spec));
            }
        }
        return new HostSpec(before.supervisor(), new TreeMap<>(services), broken);
    }

    @Override
    public List<Outcome> add(List<String> names) throws ConfigException {
        HostSpec loaded = load();
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            if (!ServiceName.isValid(name) || !loaded.services().containsKey(new ServiceName(name))) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_PROCESS));
            } else if (supervisor.inForceNow().services().containsKey(new ServiceName(name))) {
                outcomes.add(new Outcome(name, Result.ALREADY_ADDED));
            } else {
                putInForce(partly(supervisor.inForceNow(), loaded, Set.of(name)));
                outcomes.add(new Outcome(name, Result.ADDED));
            }
        }
        return outcomes;
    }

    @Override
    public List<Outcome> remove(List<String> names) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            HostSpec inForce = supervisor.inForceNow();
            if (!ServiceName.isValid(name) || !inForce.services().containsKey(new ServiceName(name))) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_PROCESS));
            } else if (reconciler
                    .published()
                    .getOrDefault(new ServiceName(name), ServiceStatus.NEW)
                    .process()
                    .isPresent()) {
                outcomes.add(new Outcome(name, Result.STILL_RUNNING));
            } else {
                HostSpec without = new HostSpec(inForce.supervisor(), Map.of());
                putInForce(partly(inForce, without, Set.of(name)));
                outcomes.add(new Outcome(name, Result.REMOVED));
            }
        }
        return outcomes;
    }

    @Override
    public List<Available> available() throws ConfigException {
        HostSpec inForce = supervisor.inForceNow();
        return source.load().services().values().stream()
                .map(spec -> new Available(spec.name(), inForce.services().containsKey(spec.name()), spec.autostart()))
                .toList();
    }

    @Override
    public Optional<Path> logFile(String name, Stream stream) {
        HostSpec inForce = supervisor.everythingNow();
        String bare = name.contains(":") ? name.substring(name.indexOf(':') + 1) : name;
        if (!ServiceName.isValid(bare)) {
            return Optional.empty();
        }
        ServiceSpec spec = inForce.services().get(new ServiceName(bare));
        if (spec == null) {
            return Optional.empty();
        }
        LogSpec.Target target =
                stream == Stream.STDOUT ? spec.log().stdout() : spec.log().stderr();
        String suffix = target == LogSpec.Target.STDOUT || stream == Stream.STDOUT ? "stdout" : "stderr";
        boolean file = target == LogSpec.Target.FILE
                || (target == LogSpec.Target.STDOUT && spec.log().stdout() == LogSpec.Target.FILE);
        return file
                ? Optional.of(LogPaths.logFile(inForce.supervisor().logDir(), spec.name(), suffix))
                : Optional.empty();
    }

    @Override
    public Optional<Path> daemonLog() {
        return Optional.of(
                LogPaths.daemonLog(supervisor.inForceNow().supervisor().logDir()));
    }

    @Override
    public Growth growth() {
        return growth;
    }

    @Override
    public List<Outcome> clearLogs(List<String> names) {
        return each(
                names,
                name -> kernel.logs().clear(name).thenApply(nothing -> new Outcome(name.value(), Result.CLEARED)));
    }

    @Override
    public void asked(String command, List<String> names, String by) {
        if (names.isEmpty()) {
            supervisor.post(() -> chronicle.asked(command, "", by));
            return;
        }
        each(names, name -> {
            chronicle.asked(command, name.value(), by);
            return done(new Outcome(name.value(), Result.SIGNALLED));
        });
    }

    @Override
    public Session exec(ExecCommand command) throws CommandException {
        return commands.run(command);
    }

    @Override
    public Session run(RunCommand command) throws CommandException, ConfigException {
        return oneOffs.begin(command);
    }

    @Override
    public boolean leave(String session) {
        oneOffs.leave(session);
        return sessions.leave(session);
    }

    @Override
    public void hangUp(String session) {
        if (supervisor.isEnding()) {
            return; // who goes is the daemon, not who attends
        }
        sessions.hangUp(session);
        oneOffs.hangUp(session);
    }

    @Override
    public Optional<Inspection> inspect(String name) {
        for (ServiceReport report : supervisor.reports()) {
            String known = report.name().value();
            if (known.equals(name) || (known + ":" + known).equals(name)) {
                List<Path> logs = new ArrayList<>();
                logFile(known, Stream.STDOUT).ifPresent(logs::add);
                logFile(known, Stream.STDERR)
                        .filter(file -> !logs.contains(file))
                        .ifPresent(logs::add);
                Optional<ServiceSpec> spec = Optional.ofNullable(
                        supervisor.everythingNow().services().get(report.name()));
                return Optional.of(new Inspector(kernel).inspect(report, spec, logs));
            }
        }
        return Optional.empty();
    }

    @Override
    public History history() {
        return history;
    }

    @Override
    public void shutdown(Optional<SupervisorSpec.OnExit> services) {
        supervisor.end(services);
    }

    private java.time.Duration interval() {
        return supervisor.inForce().supervisor().reconcileInterval();
    }

    /** Completes after a round, by which what was asked is on record: a daemon that dies has not forgotten what it answered. */
    private CompletableFuture<Outcome> noted(Outcome outcome) {
        return reconciler.when(() -> true).thenApply(nothing -> outcome);
    }

    private static CompletableFuture<Outcome> done(Outcome outcome) {
        return CompletableFuture.completedFuture(outcome);
    }

    /** Does something for every service named, all at once, and waits for all outcomes. */
    private List<Outcome> each(List<String> names, Function<ServiceName, CompletableFuture<Outcome>> command) {
        return supervisor.onLoop(() -> {
            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            Collection<ServiceName> known =
                    new TreeSet<>(supervisor.everything().services().keySet());
            known.addAll(supervisor.inForce().broken().keySet());
            for (String text : names) {
                outcomes.addAll(named(text, known, command));
            }
            return CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                    .thenApply(nothing ->
                            outcomes.stream().map(CompletableFuture::join).toList());
        });
    }

    private static List<CompletableFuture<Outcome>> named(
            String text, Collection<ServiceName> known, Function<ServiceName, CompletableFuture<Outcome>> command) {
        if (text.equals("all") || text.equals("*")) {
            return known.stream().map(command).toList();
        }
        int colon = text.indexOf(':');
        String group = colon < 0 ? text : text.substring(0, colon);
        String process = colon < 0 ? group : text.substring(colon + 1);
        boolean wholeGroup = process.equals("*") || process.isEmpty();
        String name = wholeGroup ? group : process;
        if (ServiceName.isValid(name) && group.equals(name) && known.contains(new ServiceName(name))) {
            return List.of(command.apply(new ServiceName(name)));
        }
        return List.of(done(new Outcome(text, wholeGroup ? Result.NO_SUCH_GROUP : Result.NO_SUCH_PROCESS)));
    }
}
