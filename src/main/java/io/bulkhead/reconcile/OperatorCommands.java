package io.bulkhead.reconcile;

import io.bulkhead.events.History;
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
import io.bulkhead.spec.SupervisorSpec;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What operators ask, brought to the loop and waited for. */
final class OperatorCommands implements Operations {
    /** A process that waits inside the kernel can't stand still before that is over. */
    private static final Duration FREEZING = Duration.ofSeconds(5);

    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final KernelSide kernel;
    private final History history;
    private final Chronicle chronicle;
    private final Sessions sessions;
    private final Commands commands;
    private final OneOffs oneOffs;
    private final Configurations configurations;
    private final Growth growth = new Growth();

    OperatorCommands(
            Supervisor supervisor,
            Reconciler reconciler,
            KernelSide kernel,
            Configurations configurations,
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
        this.supervisor = supervisor;
        this.reconciler = reconciler;
        this.kernel = kernel;
        this.configurations = configurations;
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
        reconciler.desire(reconciler.desired().started(name), interval());
        if (alive) {
            return noted(new Outcome(name.value(), Result.ALREADY_STARTED));
        }
        reconciler.reset(name);
        return wait ? whenUp(name) : noted(new Outcome(name.value(), Result.STARTED));
    }

    private CompletableFuture<Outcome> whenUp(ServiceName name) {
        return reconciler
                .when(() -> startOutcome(name).isDecided())
                .thenApply(nothing -> startOutcome(name).outcome());
    }

    private StartOutcome startOutcome(ServiceName name) {
        return new StartOutcome(name, reconciler.desired(), reconciler.status(name));
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
    public Reconfiguration configuration() {
        return configurations;
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
    public List<Advice> findings(String name) {
        return supervisor.reports().stream()
                .filter(report -> report.name().value().equals(name))
                .filter(ProgramFinding::isWorthALook)
                .flatMap(report ->
                        Optional.ofNullable(
                                supervisor.everythingNow().services().get(report.name()))
                                .stream())
                .flatMap(spec -> ProgramFinding.of(kernel.linux(), spec).stream())
                .map(finding -> new Advice(finding.sentence(), finding.remedy()))
                .toList();
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
