package io.bulkhead.reconcile;

import io.bulkhead.events.History;
import io.bulkhead.logs.Growth;
import io.bulkhead.logs.LogPaths;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SupervisorSpec;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What operators ask, brought to the loop and waited for. */
final class OperatorCommands implements Operations {
    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final KernelSide kernel;
    private final History history;
    private final Chronicle chronicle;
    private final Sessions sessions;
    private final Commands commands;
    private final OneOffs oneOffs;
    private final RunningServices running;
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
        this.running = new RunningServices(reconciler, supervisor::names);
    }

    @Override
    public List<ServiceReport> status() {
        return supervisor.reports();
    }

    @Override
    public List<Outcome> start(List<String> names, boolean wait) {
        boolean all = names.contains("all") || names.contains("*");
        return each(names, name -> start(name, wait, !all));
    }

    /** @param now whether a scheduled service is run; else its times count again, and no more */
    private CompletableFuture<Outcome> start(ServiceName name, boolean wait, boolean now) {
        if (supervisor.inForce().broken().containsKey(name)) {
            String why = reconciler.status(name).map(ServiceStatus::reason).orElse("");
            return done(outcome(name, Result.SPAWN_ERROR, why));
        }
        boolean alive = reconciler
                .status(name)
                .filter(s -> s.state() == ServiceState.RUNNING || s.state() == ServiceState.STARTING)
                .isPresent();
        reconciler.desire(reconciler.desired().started(name), interval());
        reconciler.forgive(name);
        if (alive) {
            return noted(outcome(name, Result.ALREADY_STARTED));
        }
        reconciler.reset(name);
        Optional<Schedule> schedule =
                reconciler.desired().spec(name).flatMap(spec -> spec.lifecycle().schedule());
        if (now) {
            schedule.ifPresent(s -> reconciler.runNow(name, s));
        }
        boolean comes = schedule.isEmpty() || now;
        return wait && comes ? whenUp(name) : noted(outcome(name, Result.STARTED));
    }

    private CompletableFuture<Outcome> whenUp(ServiceName name) {
        return reconciler
                .when(() -> startOutcome(name).isDecided())
                .thenApply(nothing -> startOutcome(name).outcome());
    }

    private StartOutcome startOutcome(ServiceName name) {
        return new StartOutcome(name, supervisor.names().shown(name), reconciler.desired(), reconciler.status(name));
    }

    @Override
    public List<Outcome> stop(List<String> names, boolean wait) {
        return each(names, name -> stop(name, wait));
    }

    private CompletableFuture<Outcome> stop(ServiceName name, boolean wait) {
        boolean running = reconciler
                .status(name)
                .filter(s -> !isDown(s) || s.turn().isPresent())
                .isPresent();
        reconciler.desire(reconciler.desired().withOverride(name, false), interval());
        if (!running) {
            return noted(outcome(name, Result.NOT_RUNNING));
        }
        if (!wait) {
            return noted(outcome(name, Result.STOPPED));
        }
        return reconciler
                .when(() ->
                        reconciler.status(name).map(OperatorCommands::isDown).orElse(true))
                .thenApply(nothing -> outcome(name, Result.STOPPED));
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
    public List<Outcome> restartRolling(List<String> names, boolean wait) {
        return each(names, name -> replace(name, wait));
    }

    /** One that isn't up is started, as by {@code restart}. */
    private CompletableFuture<Outcome> replace(ServiceName name, boolean wait) {
        Optional<ProcessId> old = reconciler.status(name).flatMap(ServiceStatus::process);
        if (old.isEmpty()) {
            return start(name, wait, false);
        }
        Map<ServiceName, ProcessId> replaced =
                new HashMap<>(reconciler.desired().replaced());
        replaced.put(name, old.get());
        reconciler.desire(reconciler.desired().started(name).replacing(replaced), interval());
        reconciler.forgive(name);
        if (!wait) {
            return noted(outcome(name, Result.RESTARTING));
        }
        return reconciler
                .when(() -> !reconciler.desired().replaced().containsKey(name)
                        && (!isReplaced(name, old) || startOutcome(name).isDecided()))
                .thenApply(nothing ->
                        isReplaced(name, old) ? startOutcome(name).outcome() : outcome(name, Result.ROLL_HALTED));
    }

    private boolean isReplaced(ServiceName name, Optional<ProcessId> old) {
        return !reconciler.status(name).flatMap(ServiceStatus::process).equals(old);
    }

    @Override
    public List<Outcome> signal(Signal signal, List<String> names) {
        return each(names, name -> running.signal(name, signal));
    }

    @Override
    public List<Outcome> reloadServices(List<String> names) {
        return each(names, running::reload);
    }

    @Override
    public List<Outcome> pause(List<String> names) {
        return each(names, name -> running.freeze(name, true));
    }

    @Override
    public List<Outcome> resume(List<String> names) {
        return each(names, name -> running.freeze(name, false));
    }

    @Override
    public Reconfiguration configuration() {
        return configurations;
    }

    @Override
    public Optional<Path> logFile(ServiceName name, Stream stream) {
        HostSpec inForce = supervisor.everythingNow();
        ServiceSpec spec = inForce.services().get(name);
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
        return each(names, name -> kernel.logs().clear(name).thenApply(nothing -> outcome(name, Result.CLEARED)));
    }

    @Override
    public void asked(String command, List<String> names, String by) {
        if (names.isEmpty()) {
            supervisor.post(() -> chronicle.asked(command, "", by));
            return;
        }
        each(names, name -> {
            chronicle.asked(command, name.value(), by);
            return done(outcome(name, Result.SIGNALLED));
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
    public List<Advice> findings(ServiceName name) {
        return supervisor.reports().stream()
                .filter(report -> report.name().equals(name))
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
    public Optional<Inspection> inspect(ServiceName name) {
        return supervisor.reports().stream()
                .filter(report -> report.name().equals(name))
                .map(this::inspect)
                .findFirst();
    }

    private Inspection inspect(ServiceReport report) {
        List<Path> logs = new ArrayList<>();
        logFile(report.name(), Stream.STDOUT).ifPresent(logs::add);
        logFile(report.name(), Stream.STDERR)
                .filter(file -> !logs.contains(file))
                .ifPresent(logs::add);
        Optional<ServiceSpec> spec =
                Optional.ofNullable(supervisor.everythingNow().services().get(report.name()));
        Optional<HookRun> hook = Optional.ofNullable(reconciler.published().get(report.name()))
                .flatMap(status -> status.hooks().run());
        return new Inspector(kernel).inspect(report, hook, spec, logs);
    }

    @Override
    public List<ServiceUsage> usage() {
        // A dozen microseconds of the kernel's time for each of some eight files a service.
        return supervisor.reports().parallelStream()
                .map(report -> new ServiceUsage(
                        report.instance(), kernel.cgroups().usage(report.name().value())))
                .toList();
    }

    @Override
    public ServiceNames names() {
        return supervisor.names();
    }

    @Override
    public History history() {
        return history;
    }

    @Override
    public void shutdown(Optional<SupervisorSpec.OnExit> services) {
        supervisor.end(services);
    }

    private Duration interval() {
        return supervisor.inForce().supervisor().reconcileInterval();
    }

    /** Completes after a round, by which what was asked is on record: a daemon that dies has not forgotten what it answered. */
    private CompletableFuture<Outcome> noted(Outcome outcome) {
        return reconciler.when(() -> true).thenApply(nothing -> outcome);
    }

    private Outcome outcome(ServiceName name, Result result) {
        return outcome(name, result, "");
    }

    private Outcome outcome(ServiceName name, Result result, String detail) {
        return new Outcome(supervisor.names().shown(name), result, detail);
    }

    private static CompletableFuture<Outcome> done(Outcome outcome) {
        return CompletableFuture.completedFuture(outcome);
    }

    /** Does something for every service named, all at once, and waits for all outcomes. */
    private List<Outcome> each(List<String> names, Function<ServiceName, CompletableFuture<Outcome>> command) {
        return supervisor.onLoop(() -> {
            List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
            for (String text : names) {
                List<ServiceName> named = supervisor.names().named(text);
                named.forEach(name -> outcomes.add(command.apply(name)));
                if (named.isEmpty() && !Instance.isAll(text)) {
                    boolean isGroup = text.endsWith(":*") || text.endsWith(":");
                    outcomes.add(done(new Outcome(text, isGroup ? Result.NO_SUCH_GROUP : Result.NO_SUCH_PROCESS)));
                }
            }
            return CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                    .thenApply(nothing ->
                            outcomes.stream().map(CompletableFuture::join).toList());
        });
    }
}
