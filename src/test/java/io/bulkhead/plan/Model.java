package io.bulkhead.plan;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Signs;
import io.bulkhead.status.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A host in memory, on which plans are carried out: groups and processes, and the daemon's memory of them. What happens to
 * them, and how long an action takes, is the caller's to say; what must never be is checked at every step.
 */
final class Model {
    /** Why one that is to run is taken down to make place for another. */
    private static final Set<String> REPLACED = Set.of(Roll.CHANGED, Roll.RESTARTED);

    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /** What the kernel holds of one service. */
    static final class Box {
        boolean group;
        Optional<ProcessId> main = Optional.empty();
        /** Processes that are not the main one. */
        boolean others;

        Optional<Action> underWay = Optional.empty();
        Optional<ProcessEvent> event = Optional.empty();
        Signs signs = Signs.NONE;
        boolean signalled;
        final HookBox hook = new HookBox();
        Optional<String> strain = Optional.empty();

        boolean populated() {
            return main.isPresent() || others || hook.isIn(Hook.Where.CONTAINER);
        }

        Observed.Service seen() {
            return new Observed.Service(
                    event, group, populated(), List.of(), underWay.isPresent(), signs, hook.event, strain);
        }
    }

    private final Planner planner;
    private final Map<ServiceName, Box> boxes = new TreeMap<>();
    private final Coverage coverage;
    private Map<ServiceName, ServiceStatus> statuses = Map.of();
    private Desired desired = Desired.NOTHING;
    /** Those that the last plan takes down in a roll. */
    private final Set<ServiceName> turn = new TreeSet<>();

    private Instant now = EPOCH;
    private int nextPid = 1;
    private Optional<Instant> wake = Optional.empty();

    Model(Random random, Coverage coverage) {
        this.planner = new Planner(random::nextDouble);
        this.coverage = coverage;
    }

    /** Which states have met which events. */
    static final class Coverage {
        private final Map<String, Integer> pairs = new TreeMap<>();

        void count(ServiceState state, String event) {
            pairs.merge(state + " " + event, 1, Integer::sum);
        }

        Set<String> pairs() {
            return pairs.keySet();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            pairs.forEach((pair, times) -> text.append(String.format("%-34s %9d%n", pair, times)));
            return text.toString();
        }
    }

    Instant now() {
        return now;
    }

    Map<ServiceName, ServiceStatus> statuses() {
        return statuses;
    }

    Desired desired() {
        return desired;
    }

    Map<ServiceName, Box> boxes() {
        return boxes;
    }

    ServiceStatus status(ServiceName name) {
        return statuses.getOrDefault(name, ServiceStatus.NEW);
    }

    Optional<Instant> wake() {
        return wake;
    }

    void declare(Collection<ServiceSpec> specs) {
        Set<ServiceName> names = new TreeSet<>();
        specs.forEach(spec -> names.add(spec.name()));
        Map<ServiceName, Boolean> overrides = new HashMap<>(desired.overrides());
        overrides.keySet().retainAll(names);
        tell(names, "declared anew");
        desired = new Desired(Desired.Declared.all(specs), Map.of(), overrides, desired.stopAll())
                .after(desired, statuses.keySet())
                .replacing(desired.replaced());
        Set<ServiceName> gone = new TreeSet<>(statuses.keySet());
        gone.removeAll(names);
        tell(gone, "not declared");
    }

    void start(ServiceName name) {
        coverage.count(status(name).state(), "operator's start");
        desired = desired.started(name);
        Map<ServiceName, ServiceStatus> changed = new HashMap<>(statuses);
        boolean alive =
                status(name).state() == ServiceState.RUNNING || status(name).state() == ServiceState.STARTING;
        if (!alive) {
            Optional<Turn> turn = desired.spec(name)
                    .flatMap(spec -> spec.lifecycle().schedule())
                    .map(schedule -> Turn.now(schedule.text(), now));
            changed.computeIfPresent(name, (n, status) -> status.reset().with(turn));
        }
        changed.computeIfPresent(name, (n, status) -> status.forgiven());
        statuses = changed;
    }

    /** What has failed before is to be tried again. */
    void forgive() {
        Map<ServiceName, ServiceStatus> changed = new HashMap<>();
        statuses.forEach((name, status) -> changed.put(name, status.forgiven()));
        statuses = changed;
    }

    /** An operator wants another process in its turn. */
    void replace(ServiceName name) {
        Optional<ProcessId> old = status(name).process();
        if (old.isPresent()) {
            coverage.count(status(name).state(), "rolling restart");
            Map<ServiceName, ProcessId> replaced = new HashMap<>(desired.replaced());
            replaced.put(name, old.get());
            desired = desired.replacing(replaced);
        }
        start(name);
    }

    void stop(ServiceName name) {
        coverage.count(status(name).state(), "operator's stop");
        desired = desired.withOverride(name, false);
    }

    void stopAll() {
        tell(statuses.keySet(), "end of the daemon");
        desired = desired.stoppingAll();
    }

    private void tell(Collection<ServiceName> names, String event) {
        names.forEach(name -> coverage.count(status(name).state(), event));
    }

    void signs(ServiceName name, boolean ready, HealthState health) {
        Box box = box(name);
        if (box.main.isPresent()) {
            coverage.count(status(name).state(), health == HealthState.UNHEALTHY ? "unhealthy" : "ready");
            box.signs = new Signs(ready, health, "as the model says", Optional.empty(), Optional.empty());
        }
    }

    /** It is short of memory, as it is to be restarted for. */
    void strains(ServiceName name) {
        Box box = box(name);
        if (box.main.isPresent()) {
            coverage.count(status(name).state(), "strain");
            box.strain = Optional.of("as the model says");
        }
    }

    void forks(ServiceName name) {
        box(name).others |= box(name).main.isPresent() || box(name).hook.isIn(Hook.Where.CONTAINER);
    }

    /** A hook comes to its end, by itself or by the signal that it was sent. */
    void hookEnds(ServiceName name, ExitStatus exit) {
        if (box(name).hook.ends(exit, now)) {
            coverage.count(status(name).state(), "end of a hook");
        }
    }

    /** The main process ends by itself, or by the signal that it was sent. */
    void ends(ServiceName name, ExitStatus exit) {
        Box box = box(name);
        if (box.main.isPresent() && box.event.isEmpty()) {
            coverage.count(status(name).state(), "end");
            box.event = Optional.of(new ProcessEvent.Ended(box.main.get(), exit, now));
            box.main = Optional.empty();
            box.signs = Signs.NONE;
        }
    }

    /** What is under way comes to its end. */
    void finishes(ServiceName name, boolean well) {
        Box box = box(name);
        if (box.underWay.isEmpty()) {
            return;
        }
        Action action = box.underWay.get();
        box.underWay = Optional.empty();
        coverage.count(
                status(name).state(),
                (well ? "done: " : "failed: ") + action.getClass().getSimpleName());
        if (action instanceof Action.Start start) {
            box.group = true;
            String hash = start.service().launchHash();
            if (well) {
                ProcessId id = new ProcessId(nextPid++, 1);
                check(box.main.isEmpty(), name + " is started twice");
                box.main = Optional.of(id);
                box.signalled = false;
                box.event = Optional.of(new ProcessEvent.Launched(id, hash, now));
            } else {
                box.event = Optional.of(new ProcessEvent.LaunchFailed("as the model says", hash, now));
            }
        } else if (action instanceof Action.RunHook hook) {
            box.group |= hook.hook().where() == Hook.Where.CONTAINER;
            box.hook.launched(hook, well ? Optional.of(new ProcessId(nextPid++, 1)) : Optional.empty(), now);
        } else if (action instanceof Action.KillGroup kill && well) {
            if (box.hook.isIn(Hook.Where.HOST)) {
                check(Hook.Where.isHosts(kill.target()), name + " is killed for its hook");
            } else {
                kill(box);
            }
            box.hook.ends(new ExitStatus.Signaled(9, false, false), now);
        } else if (action instanceof Action.RemoveGroup && well) {
            kill(box);
            box.group = false;
        }
    }

    private void kill(Box box) {
        box.others = false;
        if (box.main.isPresent()) {
            box.event =
                    Optional.of(new ProcessEvent.Ended(box.main.get(), new ExitStatus.Signaled(9, false, false), now));
            box.main = Optional.empty();
            box.signs = Signs.NONE;
        }
    }

    void passes(Duration time) {
        now = now.plus(time);
    }

    /** A round, with all that must hold of what it decides. */
    void round() {
        Map<ServiceName, Observed.Service> seen = new HashMap<>();
        boxes.forEach((name, box) -> seen.put(name, box.seen()));
        statuses.forEach((name, status) -> status.turn()
                .flatMap(Turn::next)
                .filter(at -> !at.isAfter(now))
                .ifPresent(at -> coverage.count(status.state(), "its time")));
        Plan plan = planner.plan(desired, statuses, new Observed(seen, Set.of()), now);
        boxes.values().forEach(box -> {
            box.event = Optional.empty();
            box.hook.event = Optional.empty();
            box.strain = Optional.empty();
        });
        rollsInTurn(plan);
        statuses = plan.statuses();
        desired = desired.stillReplacing(statuses);
        wake = plan.wakeAt();
        check(wake.filter(at -> !at.isAfter(now)).isEmpty(), "the next look is due at once, and so for ever");
        plan.actions().forEach(this::begin);
        statuses.forEach(this::check);
        Plan again = planner.plan(desired, statuses, observed(), now);
        check(again.actions().isEmpty(), "a second look, at which nothing is new, wants " + again.actions());
        statuses.forEach((name, status) -> check(
                rested(status)
                        .equals(rested(java.util.Objects.requireNonNull(
                                again.statuses().get(name)))),
                "a second look makes " + again.statuses().get(name) + " of " + status));
    }

    /** Who serves is taken down to be replaced only where enough others serve. */
    private void rollsInTurn(Plan plan) {
        Wanted wanted = new Wanted(desired);
        turn.clear();
        for (Action action : plan.actions()) {
            if (!(action instanceof Action.SendSignal signal) || !REPLACED.contains(signal.reason())) {
                continue;
            }
            ServiceSpec spec = desired.spec(signal.service()).orElseThrow();
            List<ServiceName> down = new ArrayList<>();
            for (ServiceName member :
                    desired.graph().members(spec.instance().service().value())) {
                ServiceStatus then = plan.statuses().getOrDefault(member, ServiceStatus.NEW);
                if (wanted.runs(member) && !serves(member, then)) {
                    down.add(member);
                }
            }
            if (Roll.isFor(spec)) {
                turn.add(signal.service());
            }
            int most = spec.instance().instances().maxUnavailable();
            ServiceStatus then = plan.statuses().getOrDefault(signal.service(), ServiceStatus.NEW);
            boolean served = serves(signal.service(), status(signal.service()))
                    && then.progress().health() != HealthState.UNHEALTHY;
            check(
                    !served || down.size() <= most,
                    signal.service() + " is taken down, and so are " + down + ", of which only " + most + " may be");
        }
    }

    private boolean serves(ServiceName name, ServiceStatus status) {
        ServiceSpec spec = desired.spec(name).orElseThrow();
        return Neighbours.isCompleted(spec, status)
                || (Neighbours.isMet(spec, status, Dependencies.Condition.READY)
                        && status.progress().health() != HealthState.UNHEALTHY);
    }

    /** What it waits for is told in words, which may be those of a moment before. */
    private static ServiceStatus rested(ServiceStatus status) {
        return status.with(status.progress().waitingFor(Optional.empty()));
    }

    private Observed observed() {
        Map<ServiceName, Observed.Service> seen = new HashMap<>();
        boxes.forEach((name, box) -> seen.put(name, box.seen()));
        return new Observed(seen, Set.of());
    }

    private void begin(Action action) {
        ServiceName name = new ServiceName(
                Hook.Where.isHosts(action.target()) ? action.target().substring(1) : action.target());
        Box box = box(name);
        if (action instanceof Action.SendSignal signal && box.hook.signal(signal.process())) {
            return;
        }
        if (action instanceof Action.SendSignal signal) {
            check(box.main.equals(Optional.of(signal.process())), name + " is not whom a signal is sent to");
            box.signalled = true;
            return;
        }
        if (action instanceof Action.SkipRun) {
            return;
        }
        check(box.underWay.isEmpty(), name + " has two actions under way");
        if (action instanceof Action.RunHook hook) {
            check(!box.populated(), name + " has a hook beside " + box.main);
            box.hook.begin(hook);
        }
        boolean prepares = action instanceof Action.RunHook hook && hook.point() == HookPoint.PRE_START;
        if (action instanceof Action.Start || prepares) {
            check(!box.populated(), name + " is started beside " + box.main);
            check(desired.services().containsKey(name), name + " is started and not declared");
            check(!desired.stopAll(), name + " is started at the end");
            check(!Boolean.FALSE.equals(desired.overrides().get(name)), name + " is started and was stopped");
        }
        if (action instanceof Action.Start start) {
            box.hook.start(start.service().spec());
        }
        if (prepares
                || (action instanceof Action.Start start
                        && start.service().spec().lifecycle().hooks().preStart().isEmpty())) {
            check(
                    status(name).turn().filter(Turn::open).isEmpty(),
                    name + " is started and its time is yet to be seen to");
            needsAreMet(name);
        }
        if (action instanceof Action.Forget) {
            check(!box.populated() && !box.group, name + " is forgotten too early");
            box.hook.rests();
            boxes.remove(name);
            return;
        }
        box.underWay = Optional.of(action);
    }

    private void needsAreMet(ServiceName name) {
        desired.spec(name).orElseThrow().lifecycle().dependencies().requires().forEach((other, need) -> {
            for (ServiceName dependency : desired.graph().members(other)) {
                // Whose turn it is has served until now, and others of its service do.
                check(
                        turn.contains(dependency)
                                || Neighbours.isMet(
                                        desired.spec(dependency).orElseThrow(), status(dependency), need.condition()),
                        name + " is started before " + dependency + " is " + need + ": " + status(dependency));
            }
        });
    }

    private void check(ServiceName name, ServiceStatus status) {
        Box box = box(name);
        boolean launching = box.underWay.filter(Action.Start.class::isInstance).isPresent();
        boolean hooked = box.underWay.filter(Action.RunHook.class::isInstance).isPresent() || !box.hook.isIdle();
        check(
                status.process().isEmpty() || status.process().equals(box.main),
                name + " has " + status.process() + " and is remembered with " + box.main);
        switch (status.state()) {
            case STOPPED, EXITED, FATAL, BACKOFF -> {
                check(
                        status.process().isEmpty() && !launching && !hooked,
                        name + " is " + status.state() + " and lives");
                box.hook.rests();
            }
            case STARTING ->
                check(
                        status.process().isPresent() || box.underWay.isPresent() || hooked || box.event.isPresent(),
                        name + " starts by nothing");
            case RUNNING -> check(status.process().isPresent() || status.remains(), name + " runs without a process");
            case STOPPING -> {}
            case UNKNOWN -> check(false, name + " is UNKNOWN");
        }
        status.due()
                .ifPresent(due -> check(
                        status.state() != ServiceState.BACKOFF
                                || !due.isBefore(status.endedAt().orElse(EPOCH)),
                        name + " waits for a time before its end"));
    }

    private Box box(ServiceName name) {
        return boxes.computeIfAbsent(name, n -> new Box());
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
