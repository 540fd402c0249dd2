package io.bulkhead.plan;

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
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A host in memory, on which plans are carried out: groups and processes, and the daemon's memory of them. What happens to
 * them, and how long an action takes, is the caller's to say; what must never be is checked at every step.
 */
final class Model {
    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private final Planner planner;
    private final Map<ServiceName, Box> boxes = new TreeMap<>();
    private final Coverage coverage;
    private Map<ServiceName, ServiceStatus> statuses = Map.of();
    private Desired desired = Desired.NOTHING;
    /** Those that the last plan takes down in a roll. */
    private Set<ServiceName> turn = Set.of();

    private Instant now = EPOCH;
    private int nextPid = 1;
    private Optional<Instant> wake = Optional.empty();

    Model(Random random, Coverage coverage) {
        this.planner = new Planner(random::nextDouble);
        this.coverage = coverage;
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
        desired = new Desired(ModelSpecs.declared(specs, desired), Map.of(), overrides, desired.stopAll())
                .after(desired, statuses.keySet())
                .replacing(desired.replaced());
        Set<ServiceName> gone = new TreeSet<>(statuses.keySet());
        gone.removeAll(names);
        tell(gone, "not declared");
    }

    /** There are to be more of a service, or fewer: those that run and stay aren't touched. */
    void scale(ServiceName service, Collection<ServiceSpec> specs) {
        round();
        List<ServiceName> stay = new ArrayList<>(desired.graph().members(service.value()));
        int before = stay.size();
        Wanted wanted = new Wanted(desired);
        List<ServiceName> untouched = stay.stream()
                .filter(name -> wanted.runs(name) && !desired.isOutdated(name, status(name)))
                .toList();
        declare(specs);
        List<ServiceName> members = desired.graph().members(service.value());
        stay.retainAll(members);
        tell(stay, members.size() > before ? "more instances" : "fewer instances");
        for (Action action : planner.plan(desired, statuses, observed(), now).actions()) {
            if (action instanceof Action.SendSignal signal && members.contains(signal.service())) {
                check(
                        !untouched.contains(signal.service()),
                        () -> signal.service() + " is stopped for there being " + members.size() + ", not " + before);
            }
        }
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

    /** A command in its container is to have it read its configuration again. */
    void reload(ServiceName name) {
        Box box = box(name);
        if (box.main.isPresent() && !box.reloads) {
            coverage.count(status(name).state(), "reload-service");
            box.reloads = true;
        }
    }

    /** That command ends, and nobody tells the planner. */
    void reloadEnds(ServiceName name) {
        Box box = box(name);
        if (box.reloads) {
            coverage.count(status(name).state(), "end of reload-service");
            box.reloads = false;
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
            box.mainEnds(exit, now);
        }
    }

    /** Others take the main process' place in turn, and those before live on beside them or end. The next end is seen later. */
    void moves(ServiceName name, int times, boolean lives) {
        Box box = box(name);
        if (box.main.isEmpty() || box.event.isPresent()) {
            return;
        }
        coverage.count(status(name).state(), "another main process");
        for (int i = 0; i < times; i++) {
            ProcessId next = new ProcessId(nextPid++, 1);
            desired = desired.moved(name, box.main.get(), next);
            box.moves(next, lives);
        }
        round();
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
                box.kill(now);
            }
            box.hook.ends(new ExitStatus.Signaled(9, false, false), now);
        } else if (action instanceof Action.RemoveGroup && well) {
            box.kill(now);
            box.group = false;
        }
    }

    void passes(Duration time) {
        now = now.plus(time);
    }

    /** A round, with all that must hold of what it decides. */
    void round() {
        Observed seen = observed();
        statuses.forEach((name, status) -> status.turn()
                .flatMap(Turn::next)
                .filter(at -> !at.isAfter(now))
                .ifPresent(at -> coverage.count(status.state(), "its time")));
        Plan plan = planner.plan(desired, statuses, seen, now);
        boxes.values().forEach(box -> {
            box.event = Optional.empty();
            box.hook.event = Optional.empty();
            box.strain = Optional.empty();
        });
        turn = new Rules(desired, statuses).rollsInTurn(plan);
        Rules.keep(statuses, plan, seen);
        statuses = plan.statuses();
        Desired left = desired.stillReplacing(statuses);
        boolean givenUp = left != desired;
        desired = left;
        wake = plan.wakeAt();
        check(wake.filter(at -> !at.isAfter(now)).isEmpty(), "the next look is due at once, and so for ever");
        plan.actions().forEach(this::begin);
        statuses.forEach((name, status) -> Rules.agree(name, status, box(name)));
        if (givenUp) {
            round();
            return;
        }
        Plan again = planner.plan(desired, statuses, observed(), now);
        check(again.actions().isEmpty(), "a second look, at which nothing is new, wants " + again.actions());
        statuses.forEach((name, status) -> {
            ServiceStatus then = Objects.requireNonNull(again.statuses().get(name));
            check(rested(status).equals(rested(then)), () -> "a second look makes " + then + " of " + status);
        });
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
        if (action instanceof Action.RunStop stop) {
            check(box.main.equals(Optional.of(stop.process())), name + " is not whom a command is to end");
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
            new Rules(desired, statuses).needsAreMet(name, turn);
        }
        if (action instanceof Action.Forget) {
            check(!box.populated() && !box.group, name + " is forgotten too early");
            box.hook.rests();
            boxes.remove(name);
            return;
        }
        box.underWay = Optional.of(action);
    }

    private Box box(ServiceName name) {
        return boxes.computeIfAbsent(name, n -> new Box());
    }

    static void check(boolean holds, String otherwise) {
        check(holds, () -> otherwise);
    }

    /** For what takes long to say. */
    static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
