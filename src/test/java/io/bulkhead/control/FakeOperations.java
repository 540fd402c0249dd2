package io.bulkhead.control;

import io.bulkhead.events.Event;
import io.bulkhead.events.History;
import io.bulkhead.logs.Growth;
import io.bulkhead.reconcile.Advice;
import io.bulkhead.reconcile.CommandException;
import io.bulkhead.reconcile.ExecCommand;
import io.bulkhead.reconcile.Inspection;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Outcome;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.reconcile.Reconfiguration;
import io.bulkhead.reconcile.RunCommand;
import io.bulkhead.reconcile.ServiceNames;
import io.bulkhead.reconcile.ServiceReport;
import io.bulkhead.reconcile.ServiceUsage;
import io.bulkhead.reconcile.Session;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.Usage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A daemon's façade with a fixed answer to everything. A service's name says what comes of a command for it. */
public final class FakeOperations implements Operations {
    static final Instant ENDED = Instant.parse("2026-11-24T03:12:09Z");
    private static final ServiceName POOL = new ServiceName("pool");

    private final Path log;
    private final History history;
    private final Growth growth = new Growth();
    private final AtomicLong looks = new AtomicLong();
    private volatile String configuration = "";
    private final FakeConfiguration reconfiguration = new FakeConfiguration();

    /** @param log the one log file there is */
    public FakeOperations(Path log) {
        this.log = log;
        this.history = new History(log.resolveSibling("run"));
    }

    /** That of the last one-off command. */
    public String oneOff() {
        return configuration;
    }

    /** From now on the configuration has errors, or none. */
    public void breakConfiguration(boolean value) {
        reconfiguration.broken = value;
    }

    /** From now on the file is as the configuration in force, or not. */
    public void changeConfiguration(boolean value) {
        reconfiguration.changed = value;
    }

    @Override
    public List<ServiceReport> status() {
        return List.of(
                report("backing", ServiceState.BACKOFF, "Ended unexpectedly: exit status 1"),
                report("batch", ServiceState.EXITED, ""),
                report("broken", ServiceState.FATAL, "Exited too quickly (process log may have details)"),
                report("coming", ServiceState.STARTING, ""),
                report("going", ServiceState.STOPPING, ""),
                report("idle", ServiceState.STOPPED, ""),
                report("lost", ServiceState.UNKNOWN, ""),
                report(instance(0), ServiceState.BACKOFF, "Ended unexpectedly: exit status 1"),
                report(
                        instance(1),
                        ServiceState.RUNNING,
                        "runs as it was until it ends, for the roll has halted: pool:pool_00 has failed: exit status 1"),
                report("web", ServiceState.RUNNING, ""));
    }

    /** At each look two seconds after the last, in which the first has used a fifth of a CPU, all it may. */
    @Override
    public List<ServiceUsage> usage() {
        long clock = 2_000_000L * looks.incrementAndGet();
        OptionalLong none = OptionalLong.empty();
        return status().stream()
                .map(report -> new ServiceUsage(
                        report.instance(),
                        switch (report.name().value()) {
                            case "web" ->
                                new Usage(
                                        clock,
                                        OptionalLong.of(clock / 5),
                                        OptionalLong.of(20_000),
                                        OptionalLong.of(100_000),
                                        OptionalLong.of(clock / 200_000),
                                        OptionalLong.of(96 << 20),
                                        OptionalLong.of(256 << 20),
                                        OptionalLong.of(7),
                                        OptionalLong.of(512),
                                        OptionalLong.of(clock),
                                        OptionalLong.of(clock / 4));
                            case "pool_01" ->
                                new Usage(
                                        clock,
                                        OptionalLong.of(clock * 3 / 2),
                                        none,
                                        none,
                                        none,
                                        none,
                                        none,
                                        OptionalLong.of(2),
                                        none,
                                        none,
                                        none);
                            default -> Usage.unknown();
                        }))
                .toList();
    }

    private static ServiceReport report(String name, ServiceState state, String reason) {
        return report(Instance.only(new ServiceName(name)), state, reason);
    }

    private static ServiceReport report(Instance instance, ServiceState state, String reason) {
        boolean running = state == ServiceState.RUNNING;
        boolean ended = state == ServiceState.EXITED || state == ServiceState.BACKOFF;
        return new ServiceReport(
                instance,
                state,
                running ? Optional.of(new ProcessId(4711, 1)) : Optional.empty(),
                running || ended ? Optional.of(ENDED.minusSeconds(60)) : Optional.empty(),
                ended ? Optional.of(ENDED) : Optional.empty(),
                ended ? Optional.of(new ExitStatus.Exited(1)) : Optional.empty(),
                ended ? 2 : 0,
                Optional.empty(),
                reason,
                false,
                reason.startsWith("runs as it was") ? ServiceReport.Roll.HALTED : ServiceReport.Roll.NONE,
                running
                        ? new ServiceReport.Vitals(
                                true,
                                HealthState.HEALTHY,
                                "http GET /: 200, 9 times in a row",
                                "",
                                List.of(
                                        "ready: accepts connections on localhost:80, asked 3 times in 40 ms",
                                        "healthy: http GET /: 200, 9 times in a row"))
                        : ServiceReport.Vitals.NONE);
    }

    @Override
    public List<Outcome> start(List<String> names, boolean wait) {
        return each(names, name -> switch (name) {
            case "web" -> new Outcome(name, Result.ALREADY_STARTED);
            case "idle" -> new Outcome(name, Result.STARTED);
            case "broken" ->
                new Outcome(name, Result.SPAWN_ERROR, "execve /bin/nosuch: ENOENT (No such file or directory)");
            case "backing" -> new Outcome(name, Result.ABNORMAL_TERMINATION, "exit status 1");
            default -> unknown(name);
        });
    }

    @Override
    public List<Outcome> stop(List<String> names, boolean wait) {
        return each(names, name -> switch (name) {
            case "web", "pool:pool_00", "pool:pool_01" -> new Outcome(name, Result.STOPPED);
            case "idle" -> new Outcome(name, Result.NOT_RUNNING);
            default -> unknown(name);
        });
    }

    @Override
    public List<Outcome> restart(List<String> names, boolean wait) {
        return each(names, name -> name.equals("web") ? new Outcome(name, Result.STARTED) : unknown(name));
    }

    /** The second of two instances runs on, as the first has failed. */
    @Override
    public List<Outcome> restartRolling(List<String> names, boolean wait) {
        return each(names, name -> switch (name) {
            case "web" -> new Outcome(name, wait ? Result.STARTED : Result.RESTARTING);
            case "pool:pool_00" -> new Outcome(name, Result.ABNORMAL_TERMINATION, "exit status 1");
            case "pool:pool_01" -> new Outcome(name, Result.ROLL_HALTED);
            default -> unknown(name);
        });
    }

    @Override
    public List<Outcome> reloadServices(List<String> names) {
        return each(names, name -> switch (name) {
            case "web" -> new Outcome(name, Result.RELOADED);
            case "coming" -> new Outcome(name, Result.ABNORMAL_TERMINATION, "reload failed: exit status 1");
            case "batch" -> new Outcome(name, Result.FAILED, "it has neither reload.command nor reload.signal");
            case "idle" -> new Outcome(name, Result.NOT_RUNNING);
            default -> unknown(name);
        });
    }

    @Override
    public List<Outcome> pause(List<String> names) {
        return each(names, name -> switch (name) {
            case "web" -> new Outcome(name, Result.PAUSED);
            case "idle" -> new Outcome(name, Result.NOT_RUNNING);
            default -> unknown(name);
        });
    }

    @Override
    public List<Outcome> resume(List<String> names) {
        return each(names, name -> name.equals("web") ? new Outcome(name, Result.RESUMED) : unknown(name));
    }

    @Override
    public List<Outcome> signal(Signal signal, List<String> names) {
        return each(names, name -> switch (name) {
            case "web" -> new Outcome(name, Result.SIGNALLED, "");
            case "idle" -> new Outcome(name, Result.NOT_RUNNING);
            default -> unknown(name);
        });
    }

    static Outcome unknown(String name) {
        return new Outcome(name, name.endsWith(":*") ? Result.NO_SUCH_GROUP : Result.NO_SUCH_PROCESS);
    }

    static List<Outcome> each(List<String> names, Function<String, Outcome> outcome) {
        return names.stream().flatMap(FakeOperations::shown).map(outcome).toList();
    }

    private static java.util.stream.Stream<String> shown(String text) {
        ServiceNames names = new ServiceNames(List.of(instance(0), instance(1)));
        List<ServiceName> named = names.named(text);
        return named.isEmpty()
                ? java.util.stream.Stream.of(text)
                : named.stream().map(names::shown);
    }

    private static Instance instance(int index) {
        return new Instance(POOL, index, new Instances(2, 1));
    }

    @Override
    public Reconfiguration configuration() {
        return reconfiguration;
    }

    /** Its exit code is the number that the command is, if it is one. */
    @Override
    public Session exec(ExecCommand command) throws CommandException {
        if (!command.service().equals("web")) {
            throw new CommandException(command.service() + ": ERROR (no such process)");
        }
        int code = Integer.parseInt(command.command().get(0));
        return new Session("", CompletableFuture.completedFuture(new ExitStatus.Exited(code)));
    }

    @Override
    public Session run(RunCommand command) {
        configuration = command.configuration();
        return new Session("", CompletableFuture.completedFuture(new ExitStatus.Exited(3)));
    }

    @Override
    public boolean leave(String session) {
        return session.equals("known");
    }

    @Override
    public void hangUp(String session) {}

    @Override
    public ServiceNames names() {
        return new ServiceNames(status().stream().map(ServiceReport::instance).toList());
    }

    @Override
    public List<Advice> findings(ServiceName name) {
        return name.value().equals("broken")
                ? List.of(new Advice(
                        "/bin/broken needs the library libx.so.1, which is not in the rootfs",
                        "supervisorctl rootfs build /srv/broken --binary /usr/lib/libx.so.1"))
                : List.of();
    }

    @Override
    public Optional<Inspection> inspect(ServiceName name) {
        return status().stream()
                .filter(report -> report.name().equals(name))
                .findFirst()
                .map(report -> new Inspection(
                        report,
                        List.of(
                                new Inspection.Key("command", "[\"/bin/web\"]", new Origin("/etc/web.conf", 3)),
                                new Inspection.Key("nice", "0", Origin.DEFAULT)),
                        List.of(Path.of("/sys/fs/cgroup/bulkhead/web")),
                        List.of(new Inspection.Limit(
                                "memory.max",
                                Path.of("/sys/fs/cgroup/bulkhead/web/memory.max"),
                                "268435456",
                                "268435456",
                                "134217728",
                                Optional.of(Path.of("/sys/fs/cgroup/bulkhead")))),
                        Optional.empty(),
                        List.of("held up by the CPU quota in 75 % of 40 periods, 900 ms in all"),
                        List.of(new Inspection.Member(4711, "/bin/web -f")),
                        List.of(Path.of("/var/log/bulkhead/web.stdout.log"))));
    }

    @Override
    public Optional<Path> logFile(ServiceName name, Stream stream) {
        return name.value().equals("web") && stream == Stream.STDOUT ? Optional.of(log) : Optional.empty();
    }

    @Override
    public Optional<Path> daemonLog() {
        return Optional.of(log.resolveSibling("supervisord.log"));
    }

    @Override
    public Growth growth() {
        return growth;
    }

    @Override
    public List<Outcome> clearLogs(List<String> names) {
        return each(names, name -> name.equals("web") ? new Outcome(name, Result.CLEARED) : unknown(name));
    }

    @Override
    public void asked(String command, List<String> names, String by) {
        names.forEach(name -> history.add(new Event(
                ENDED,
                Event.Kind.COMMAND,
                name,
                command + ", by someone",
                Map.of("command", command, "by", "someone"))));
        history.flush();
    }

    @Override
    public History history() {
        return history;
    }

    @Override
    public void shutdown(Optional<io.bulkhead.spec.SupervisorSpec.OnExit> services) {
        // Nothing to end.
    }
}
