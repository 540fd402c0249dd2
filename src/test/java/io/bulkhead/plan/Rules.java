package io.bulkhead.plan;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What must hold whatever happens, between services and of each. */
record Rules(Desired desired, Map<ServiceName, ServiceStatus> statuses) {
    /** Why one that is to run is taken down to make place for another. */
    private static final Set<String> REPLACED = Set.of(Roll.CHANGED, Roll.RESTARTED);

    /**
     * Who serves is taken down to be replaced only where enough others serve.
     *
     * @return those that the plan takes down in a roll
     */
    Set<ServiceName> rollsInTurn(Plan plan) {
        Set<ServiceName> turn = new TreeSet<>();
        for (Action action : plan.actions()) {
            if (action instanceof Action.SendSignal signal && REPLACED.contains(signal.reason())) {
                ServiceSpec spec = desired.spec(signal.service()).orElseThrow();
                if (Roll.isFor(spec)) {
                    turn.add(signal.service());
                }
                mayGo(spec, new Rules(desired, plan.statuses()));
            }
        }
        return turn;
    }

    private void mayGo(ServiceSpec spec, Rules after) {
        Wanted wanted = new Wanted(desired);
        List<ServiceName> down = new ArrayList<>();
        for (ServiceName member :
                desired.graph().members(spec.instance().service().value())) {
            if (wanted.runs(member) && !after.serves(member)) {
                down.add(member);
            }
        }
        int most = spec.instance().instances().maxUnavailable();
        boolean served =
                serves(spec.name()) && after.status(spec.name()).progress().health() != HealthState.UNHEALTHY;
        Model.check(
                !served || down.size() <= most,
                spec.name() + " is taken down, and so are " + down + ", of which only " + most + " may be");
    }

    private boolean serves(ServiceName name) {
        ServiceSpec spec = desired.spec(name).orElseThrow();
        ServiceStatus status = status(name);
        return Neighbours.isCompleted(spec, status)
                || (Neighbours.isMet(spec, status, Dependencies.Condition.READY)
                        && status.progress().health() != HealthState.UNHEALTHY);
    }

    /**
     * One is started only when all that it requires is as it must be.
     *
     * @param turn those that are taken down in a roll: they have served until now, and others of their service do
     */
    void needsAreMet(ServiceName name, Set<ServiceName> turn) {
        desired.spec(name).orElseThrow().lifecycle().dependencies().requires().forEach((other, need) -> {
            for (ServiceName dependency : desired.graph().members(other)) {
                Model.check(
                        turn.contains(dependency)
                                || Neighbours.isMet(
                                        desired.spec(dependency).orElseThrow(), status(dependency), need.condition()),
                        () -> name + " is started before " + dependency + " is " + need + ": " + status(dependency));
            }
        });
    }

    /** Who has become another's main process has changed nothing else: it is as old, and has been restarted as often. */
    static void keep(Map<ServiceName, ServiceStatus> before, Plan plan, Observed seen) {
        seen.services().forEach((name, service) -> {
            ServiceStatus was = before.getOrDefault(name, ServiceStatus.NEW);
            ServiceStatus is = plan.statuses().getOrDefault(name, ServiceStatus.NEW);
            if (service.event().isPresent()
                    && service.event().get() instanceof ProcessEvent.Moved move
                    && was.process().equals(Optional.of(move.from()))) {
                Model.check(
                        is.process().equals(Optional.of(move.to()))
                                && is.startedAt().equals(was.startedAt())
                                && is.restartCount() == was.restartCount()
                                && is.shortRuns() == was.shortRuns()
                                && (is.progress().ready() || !was.progress().ready()),
                        () -> name + " has another main process, and is " + is + " after " + was);
            }
        });
    }

    /** What the daemon remembers is what the kernel has. */
    static void agree(ServiceName name, ServiceStatus status, Box box) {
        boolean launching = box.underWay.filter(Action.Start.class::isInstance).isPresent();
        boolean hooked = box.underWay.filter(Action.RunHook.class::isInstance).isPresent() || !box.hook.isIdle();
        Model.check(
                status.process().isEmpty() || status.process().equals(box.main),
                () -> name + " has " + status.process() + " and is remembered with " + box.main);
        switch (status.state()) {
            case STOPPED, EXITED, FATAL, BACKOFF -> {
                Model.check(
                        status.process().isEmpty() && !launching && !hooked,
                        name + " is " + status.state() + " and lives");
                box.hook.rests();
            }
            case STARTING ->
                Model.check(
                        status.process().isPresent() || box.underWay.isPresent() || hooked || box.event.isPresent(),
                        name + " starts by nothing");
            case RUNNING ->
                Model.check(status.process().isPresent() || status.remains(), name + " runs without a process");
            case STOPPING -> {}
            case UNKNOWN -> Model.check(false, name + " is UNKNOWN");
        }
        boolean early = status.state() == ServiceState.BACKOFF
                && status.due().isPresent()
                && status.due().get().isBefore(status.endedAt().orElse(Instant.MIN));
        Model.check(!early, name + " waits for a time before its end");
    }

    private ServiceStatus status(ServiceName name) {
        return statuses.getOrDefault(name, ServiceStatus.NEW);
    }
}
