package io.bulkhead.reconcile;

import io.bulkhead.health.Findings;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.plan.Action;
import io.bulkhead.plan.Desired;
import io.bulkhead.plan.Plan;
import io.bulkhead.plan.Planner;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state and its rounds: take in what happened, plan, begin what is planned. Owned by the loop's thread; the few methods
 * for others say so.
 *
 * <p>Level-based: what woke the loop doesn't matter, a round looks at what is. Groups are looked at in full once per
 * interval, and at once where an event concerns them.
 */
final class Reconciler {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final KernelSide kernel;
    private final Planner planner;
    private final Actuator actuator;
    private final Chronicle chronicle;
    private final GroupWatch groups;
    private final RecordKeeper records;
    private final StrainWatch strain;
    private final MainProcesses processes;
    private final Probes probes;
    private final Successions successions;
    private final HookProcesses hooks;
    private final Orders reloads;
    private final Stopper stopper;
    private final Map<ServiceName, ProcessEvent> events = new HashMap<>();
    private final Waiters waiters = new Waiters();
    private Map<ServiceName, ServiceStatus> statuses = new HashMap<>();
    private Desired desired = Desired.NOTHING;
    private Duration interval;
    private Instant nextLook = Instant.EPOCH;
    /** What other threads read. */
    private volatile Map<ServiceName, ServiceStatus> published = Map.of();

    private volatile Set<ServiceName> paused = Set.of();

    Reconciler(
            KernelSide kernel,
            EventLoop loop,
            Planner planner,
            Actuator actuator,
            Chronicle chronicle,
            Duration interval) {
        this.chronicle = chronicle;
        this.kernel = kernel;
        this.planner = planner;
        this.actuator = actuator;
        this.interval = interval;
        this.processes = new MainProcesses(kernel, loop, this::hearOut, this::ended);
        this.records = new RecordKeeper(kernel.records());
        this.strain = new StrainWatch(kernel.cgroups(), kernel.linux(), loop);
        this.groups = new GroupWatch(kernel.cgroups(), kernel.linux(), loop, chronicle);
        this.probes = new Probes(kernel, loop, chronicle, this::named);
        this.successions = new Successions(kernel, loop, processes, probes, chronicle, this::moved);
        this.hooks = new HookProcesses(kernel, loop, actuator, chronicle, groups);
        this.reloads = new Orders(Orders.Kind.RELOAD, kernel, loop, actuator, chronicle);
        Orders stops = new Orders(Orders.Kind.STOP, kernel, loop, actuator, chronicle);
        this.stopper = new Stopper(stops, processes, hooks, groups, records, chronicle);
    }

    /** The statuses as of the last round; for any thread. */
    Map<ServiceName, ServiceStatus> published() {
        return published;
    }

    /** The services whose processes stood still as of the last round; for any thread. */
    Set<ServiceName> paused() {
        return paused;
    }

    /** What is known of a process by asking it; for any thread. */
    Findings findings(ServiceName name, ProcessId process) {
        return probes.findings(name, process);
    }

    Desired desired() {
        return desired;
    }

    /** Puts another desired state in force; the next round looks at everything. */
    void desire(Desired next, Duration lookInterval) {
        desired = next.after(desired, statuses.keySet());
        interval = lookInterval;
        nextLook = Instant.EPOCH;
    }

    /** What an operator's {@code start} does beyond the override. */
    void reset(ServiceName name) {
        statuses.computeIfPresent(name, (n, status) -> status.reset().forgiven());
    }

    /** What has failed before is to be tried again, and doesn't keep others from it. */
    void forgive(ServiceName name) {
        statuses.computeIfPresent(name, (n, status) -> status.forgiven());
    }

    /** Everything of which anything is remembered. */
    Set<ServiceName> known() {
        return Set.copyOf(statuses.keySet());
    }

    /** A scheduled service is to run now, whatever the time. */
    void runNow(ServiceName name, Schedule schedule) {
        Turn turn = Turn.now(schedule.text(), Instant.now());
        statuses.computeIfPresent(name, (n, status) -> status.with(Optional.of(turn)));
    }

    Optional<ServiceStatus> status(ServiceName name) {
        return Optional.ofNullable(statuses.get(name));
    }

    Optional<WatchedProcess> process(ServiceName name) {
        return processes.get(name);
    }

    boolean isBusy(ServiceName name) {
        return actuator.isBusy(name.value()) || hooks.isBusy(name);
    }

    boolean hasDifferences(ServiceName name) {
        return groups.hasDifferences(name.value());
    }

    /** Completes after the first round at whose end {@code done} holds. */
    CompletableFuture<Void> when(BooleanSupplier done) {
        return waiters.when(done);
    }

    /** Whether nothing of any service is left to be done, all being taken down. */
    boolean isQuiet() {
        return processes.isEmpty()
                && hooks.isEmpty()
                && !actuator.isBusy()
                && statuses.values().stream()
                        .allMatch(s -> s.process().isEmpty() && s.state() != ServiceState.STOPPING);
    }

    /** Goes on from what an earlier daemon left of a service. */
    void adopt(ServiceName name, RuntimeRecord record) {
        statuses.put(name, record.status());
        records.adopt(name, record);
    }

    /** Takes hold of a process that an earlier daemon started. */
    void adopt(ServiceName name, WatchedProcess process) throws ErrnoException {
        groups.countHardship(name.value());
        processes.hold(name, process);
        Instant since = Optional.ofNullable(statuses.get(name))
                .flatMap(ServiceStatus::startedAt)
                .orElse(Instant.EPOCH);
        chronicle.adopted(name, process.id(), since);
    }

    HookProcesses hooks() {
        return hooks;
    }

    Orders reloads() {
        return reloads;
    }

    Stopper stopper() {
        return stopper;
    }

    /** Its main process has gone while nobody looked. */
    void endedUnseen(ServiceName name, ProcessId process) {
        chronicle.endedUnseen(name, process);
        probes.gone(name);
        events.put(name, new ProcessEvent.Ended(process, new ExitStatus.Unknown(true), Instant.now(), ""));
    }

    /** One round; says when the next is due at the latest. */
    Instant round() {
        Instant now = Instant.now();
        processes.giveUpOnReapers(now);
        hooks.giveUpOnReapers(now);
        if (!now.isBefore(nextLook)) {
            groups.look(desired, owned(), name -> processes.has(new ServiceName(name)));
            nextLook = now.plus(interval);
        }
        Plan plan = planner.plan(desired, statuses, observe(), now);
        events.clear();
        hooks.forget();
        chronicle.states(statuses, plan, now);
        statuses = new HashMap<>(plan.statuses());
        Desired left = desired.stillReplacing(statuses);
        boolean givenUp = left != desired;
        desired = left;
        records.keep(plan, desired);
        kernel.stamps().keep(plan, desired);
        plan.actions().forEach(this::perform);
        published = plan.statuses();
        paused = groups.frozen(plan.statuses().keySet());
        probes.follow(desired, statuses, processes, paused);
        strain.follow(desired, statuses);
        // Before anybody is told that what he waited for is so: he may ask what happened.
        chronicle.flush();
        waiters.settle();
        // Whoever waited for a roll to end is to be planned anew.
        Instant wake = givenUp ? now : plan.wakeAt().filter(nextLook::isAfter).orElse(nextLook);
        return hooks.earlier(processes.earlier(wake));
    }

    /** Lets all processes of a service stand still; whether they do yet is another question. */
    void pause(ServiceName name) throws ErrnoException {
        kernel.cgroups().freeze(name.value());
        log.info("service={} paused", name);
    }

    void resume(ServiceName name) throws ErrnoException {
        kernel.cgroups().thaw(name.value());
        log.info("service={} resumed", name);
    }

    /** Whether all processes of a service stand still now; who is told so sees it in its state, too. */
    boolean isPaused(ServiceName name) {
        boolean frozen = groups.isFrozen(name.value());
        paused = groups.frozen(published.keySet());
        return frozen;
    }

    private Set<String> owned() {
        Set<String> owned = new HashSet<>();
        statuses.keySet().forEach(name -> owned.add(name.value()));
        desired.services().keySet().forEach(name -> owned.add(name.value()));
        desired.broken().keySet().forEach(name -> owned.add(name.value()));
        return owned;
    }

    private Observed observe() {
        Map<ServiceName, Observed.Service> services = new HashMap<>();
        Set<ServiceName> names = new HashSet<>(statuses.keySet());
        names.addAll(desired.services().keySet());
        names.addAll(events.keySet());
        for (ServiceName name : names) {
            GroupWatch.Group group = groups.get(name.value());
            services.put(
                    name,
                    new Observed.Service(
                            Optional.ofNullable(events.get(name)),
                            group.exists(),
                            group.populated(),
                            group.differences(),
                            isBusy(name),
                            probes.signs(name),
                            hooks.event(name),
                            strain.take(name)));
        }
        Set<String> orphans = new HashSet<>(groups.orphans());
        orphans.removeIf(group -> actuator.isBusy(group)
                || hooks.owns(group)
                || reloads.owns(group)
                || stopper.orders().owns(group));
        return new Observed(services, orphans);
    }

    private void perform(Action action) {
        chronicle.begun(action);
        if (action instanceof Action.Start start) {
            ServiceSpec spec = start.service().spec();
            groups.wake(spec.name());
            String hash = start.service().launchHash();
            actuator.start(spec, started -> launched(spec, hash, started), failure -> {
                groups.note(spec.name().value(), true, false);
                chronicle.notLaunched(spec.name(), failure);
                probes.gone(spec.name());
                events.put(spec.name(), new ProcessEvent.LaunchFailed(failure, hash, Instant.now()));
            });
        } else if (action instanceof Action.RunHook hook) {
            groups.wake(hook.spec().name());
            hooks.launch(hook);
        } else if (action instanceof Action.SendSignal signal) {
            stopper.begin(signal);
        } else if (action instanceof Action.RunStop stop) {
            stopper.begin(stop);
        } else if (action instanceof Action.ApplyLimits apply) {
            apply(apply);
        } else if (action instanceof Action.ReportDrift report) {
            groups.report(report.service(), report.differences());
        } else if (action instanceof Action.SkipRun skip) {
            chronicle.skipped(skip);
        } else if (action instanceof Action.KillGroup kill) {
            actuator.kill(kill.target(), empty -> {
                if (!Hook.Where.isHosts(kill.target())) {
                    groups.note(kill.target(), true, !empty);
                }
            });
        } else if (action instanceof Action.RemoveGroup remove) {
            actuator.remove(remove.target(), removed -> {
                groups.note(remove.target(), !removed, false);
                if (removed && ServiceName.isValid(remove.target())) {
                    records.forgotten(new ServiceName(remove.target()));
                }
            });
        } else if (action instanceof Action.Forget forget) {
            kernel.stamps().forget(forget.service());
            actuator.forget(forget.service().value(), () -> records.forgotten(forget.service()));
        }
    }

    private void apply(Action.ApplyLimits apply) {
        String group = apply.spec().name().value();
        try {
            kernel.cgroups().apply(group, apply.spec().limits());
            chronicle.applied(apply);
        } catch (ErrnoException e) {
            chronicle.notApplied(apply, String.valueOf(e.getMessage()));
        }
        // If it failed, it is tried again at the next full look, not at once and for ever.
        groups.settled(group);
    }

    private void launched(ServiceSpec spec, String hash, Worker.Started started) {
        groups.born(spec.name().value());
        try {
            processes.hold(spec.name(), started.process());
            events.put(spec.name(), new ProcessEvent.Launched(started.process().id(), hash, started.at()));
            chronicle.launched(spec.name(), started.process().id(), started.at());
        } catch (ErrnoException e) {
            log.error("service={} cannot be watched: {}", spec.name(), e.getMessage());
            kernel.linux().close(started.process().pidfd());
            events.put(spec.name(), new ProcessEvent.LaunchFailed(String.valueOf(e.getMessage()), hash, Instant.now()));
        }
    }

    private void ended(ServiceName name, WatchedProcess process, ExitStatus exit) {
        Instant at = Instant.now();
        GroupWatch.End end = groups.explain(name.value(), exit);
        groups.lookAt(name.value());
        probes.gone(name);
        events.put(name, new ProcessEvent.Ended(process.id(), end.status(), at, end.hardship()));
    }

    private void hearOut(ServiceName name, WatchedProcess ended, Runnable then) {
        successions.hearOut(name, ended, then);
    }

    private void named(ServiceName name, ProcessId first, List<Integer> pids) {
        successions.named(name, first, pids);
    }

    private void moved(ServiceName name, ProcessId from, ProcessId to) {
        // Another may have taken its place since the last round, and then the one that the round doesn't know is passed
        // over.
        ProcessId known = events.get(name) instanceof ProcessEvent.Moved move ? move.from() : from;
        events.put(name, new ProcessEvent.Moved(known, to));
        desired = desired.moved(name, from, to);
    }

    /** Sends the main process a signal; says whether there was one to send it to. */
    boolean send(ServiceName name, Signal signal) {
        return processes.send(name, signal).isPresent();
    }
}
