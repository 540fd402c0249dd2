package io.bulkhead.plan;

import io.bulkhead.spec.Dependencies.Condition;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.Progress.Hope;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose turn it is among a service's instances that are to be replaced, of which only so many may be down at a time: those
 * that are down already, and then by number. Nobody's any more once one has failed that was started from the present
 * configuration.
 */
final class Roll {
    static final String CHANGED = "its configuration has changed";
    static final String RESTARTED = "an operator restarts it";

    private final Desired desired;
    private final Wanted wanted;
    private final Map<ServiceName, ServiceStatus> statuses;
    private final Map<ServiceName, Map<ServiceName, Waiting>> waiting = new HashMap<>();

    /** @param statuses of all, as planned so far */
    Roll(Desired desired, Wanted wanted, Map<ServiceName, ServiceStatus> statuses) {
        this.desired = desired;
        this.wanted = wanted;
        this.statuses = statuses;
    }

    /** Whether others of its instances are to serve while this one is replaced. */
    static boolean isFor(ServiceSpec spec) {
        Instances instances = spec.instance().instances();
        // Whose time has not come serves nobody.
        boolean serves = spec.lifecycle().kind() != Lifecycle.Kind.SCHEDULED;
        return serves && instances.count() > instances.maxUnavailable();
    }

    /** What an instance that is to be replaced has to wait for; all that are to be are told at once. */
    Optional<Waiting> before(ServiceSpec spec) {
        ServiceName service = spec.instance().service();
        return Optional.ofNullable(
                waiting.computeIfAbsent(service, name -> turns(spec)).get(spec.name()));
    }

    private Map<ServiceName, Waiting> turns(ServiceSpec spec) {
        List<ServiceName> down = new ArrayList<>();
        List<ServiceName> outdated = new ArrayList<>();
        Optional<Waiting> halt = Optional.empty();
        for (ServiceName member :
                desired.graph().members(spec.instance().service().value())) {
            ServiceStatus status = status(member);
            halt = halt.or(() -> desired.setback(member, status).map(how -> halted(member, how)));
            if (!wanted.runs(member)) {
                continue;
            }
            if (isDown(desired.spec(member).orElseThrow(), status)) {
                down.add(member);
            } else if (desired.isOutdated(member, status)) {
                outdated.add(member);
            }
        }
        int mayGo = halt.isPresent() ? 0 : spec.instance().instances().maxUnavailable() - down.size();
        Waiting later = halt.orElse(turn(down.isEmpty() ? outdated.get(0) : down.get(0)));
        Map<ServiceName, Waiting> all = new HashMap<>();
        outdated.stream().skip(Math.max(0, mayGo)).forEach(member -> all.put(member, later));
        if (halt.isPresent()) {
            down.forEach(member -> all.put(member, later));
        }
        return all;
    }

    private ServiceStatus status(ServiceName name) {
        return statuses.getOrDefault(name, ServiceStatus.NEW);
    }

    private static boolean isDown(ServiceSpec spec, ServiceStatus status) {
        boolean serves = Neighbours.isMet(spec, status, Condition.READY)
                && status.progress().health() != HealthState.UNHEALTHY;
        // One that has done what it was there for is not missed.
        return !serves && !Neighbours.isCompleted(spec, status);
    }

    private Waiting turn(ServiceName other) {
        ServiceState state = status(other).state();
        Hope hope = status(other).progress().waiting().map(Waiting::hope).orElse(Hope.SOON);
        return new Waiting(
                "waits for its turn to be replaced: " + desired.shown(other)
                        + (state == ServiceState.RUNNING ? " goes first" : " is " + state),
                hope);
    }

    private Waiting halted(ServiceName failed, String how) {
        return new Waiting(
                "runs as it was until it ends, for the roll has halted: " + desired.shown(failed) + " has failed: "
                        + how,
                Hope.NONE);
    }
}
