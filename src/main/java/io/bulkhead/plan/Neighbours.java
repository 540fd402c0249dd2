package io.bulkhead.plan;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Dependencies.Condition;
import io.bulkhead.spec.Dependencies.Dependency;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.Progress.Hope;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the services around one mean for it, in the middle of a plan: whom it waits for before it starts, or stops. */
final class Neighbours {
    private static final Waiting LATER = new Waiting("waits for its turn to be replaced", Hope.SOON);

    private final Desired desired;
    private final Wanted wanted;
    /** As of the last plan. */
    private final Map<ServiceName, ServiceStatus> before;
    /** As planned by now: of everybody that the one in question needs. */
    private final Map<ServiceName, ServiceStatus> planned;
    /** Once all are planned; before, nobody's turn has come. */
    private final Optional<Roll> roll;

    Neighbours(
            Desired desired,
            Wanted wanted,
            Map<ServiceName, ServiceStatus> before,
            Map<ServiceName, ServiceStatus> planned,
            Optional<Roll> roll) {
        this.desired = desired;
        this.wanted = wanted;
        this.before = before;
        this.planned = planned;
        this.roll = roll;
    }

    boolean runs(ServiceName name) {
        return wanted.runs(name);
    }

    /** Why it isn't to run though it is wanted: the way to the one that an operator has stopped. */
    Optional<Waiting> held(ServiceName name) {
        StringBuilder way = new StringBuilder();
        for (Optional<ServiceName> next = wanted.holder(name); next.isPresent(); next = wanted.holder(next.get())) {
            way.append(way.length() == 0 ? "" : "which ")
                    .append("requires ")
                    .append(desired.shown(next.get()))
                    .append(", ");
        }
        return way.length() == 0
                ? Optional.empty()
                : Optional.of(
                        new Waiting(way.append("which an operator has stopped").toString(), Hope.NONE));
    }

    /** What has to be before it is started. */
    Optional<Waiting> beforeStart(ServiceSpec spec) {
        Dependencies needs = spec.lifecycle().dependencies();
        if (needs.isEmpty()) {
            return Optional.empty();
        }
        Optional<Waiting> soon = Optional.empty();
        for (Map.Entry<String, Dependency> need : needs.requires().entrySet()) {
            Optional<Waiting> waiting = missing(need.getKey(), need.getValue().condition());
            if (waiting.isPresent() && waiting.get().hopeless()) {
                return waiting;
            }
            soon = worse(soon, waiting);
        }
        for (Map.Entry<String, Dependency> need : needs.wants().entrySet()) {
            soon = worse(
                    soon, missing(need.getKey(), need.getValue().condition()).filter(w -> !w.hopeless()));
        }
        for (String other : needs.after()) {
            boolean comes = members(other).stream().anyMatch(wanted::runs);
            if (comes) {
                soon = worse(soon, missing(other, Condition.READY).filter(w -> !w.hopeless()));
            }
        }
        return soon;
    }

    private Optional<Waiting> missing(String other, Condition condition) {
        Optional<Waiting> soon = Optional.empty();
        List<ServiceName> members = members(other);
        if (members.isEmpty()) {
            return Optional.of(new Waiting(text(other, condition, "cannot run as it is configured"), Hope.NONE));
        }
        for (ServiceName member : members) {
            ServiceStatus status = planned.getOrDefault(member, ServiceStatus.NEW);
            ServiceSpec spec = desired.spec(member).orElseThrow();
            boolean met = isMet(spec, status, condition);
            if (met && !goesDown(member, status)) {
                continue;
            }
            Hope hope = met ? Hope.SOON : hope(member, spec, status);
            Waiting waiting = new Waiting(
                    text(spec.instance().shown(), condition, "is " + (met ? "about to be stopped" : describe(status))),
                    hope);
            if (waiting.hopeless()) {
                return Optional.of(waiting);
            }
            soon = worse(soon, Optional.of(waiting));
        }
        return soon;
    }

    /** The first, unless less is to be hoped of the other. */
    private static Optional<Waiting> worse(Optional<Waiting> first, Optional<Waiting> other) {
        boolean less = first.isPresent()
                && other.isPresent()
                && other.get().hope().compareTo(first.get().hope()) > 0;
        return less ? other : first.or(() -> other);
    }

    private List<ServiceName> members(String other) {
        return desired.graph().members(other);
    }

    private static String text(String other, Condition condition, String which) {
        String what = switch (condition) {
            case STARTED -> "to be started";
            case READY -> "to be ready";
            case HEALTHY -> "to be healthy";
            case COMPLETED -> "to have completed";
        };
        return "waits for " + other + " " + what + ", which " + which;
    }

    private static String describe(ServiceStatus status) {
        if (status.state() == ServiceState.STOPPED
                && status.progress().waiting().isPresent()) {
            return "waiting itself: it " + status.progress().waiting().get().reason();
        }
        if (status.state() == ServiceState.RUNNING && status.progress().health() == HealthState.UNHEALTHY) {
            return "unhealthy";
        }
        if (status.state() == ServiceState.STOPPED && status.turn().isPresent()) {
            return "STOPPED until its time comes";
        }
        return status.state() + (status.reason().isEmpty() ? "" : " (" + status.reason() + ")");
    }

    static boolean isMet(ServiceSpec spec, ServiceStatus status, Condition condition) {
        boolean completed = isCompleted(spec, status);
        if (spec.lifecycle().ends()) {
            return completed
                    || (condition == Condition.STARTED
                            && status.process().isPresent()
                            && status.state() != ServiceState.STOPPING);
        }
        boolean up = status.state() == ServiceState.RUNNING && status.process().isPresent();
        return switch (condition) {
            case STARTED ->
                up
                        || (status.state() == ServiceState.STARTING
                                && status.process().isPresent());
            case READY -> up;
            case HEALTHY -> up && status.progress().health() == HealthState.HEALTHY;
            case COMPLETED -> completed;
        };
    }

    /** Whether its last run has ended with success. */
    static boolean isCompleted(ServiceSpec spec, ServiceStatus status) {
        return status.remains()
                || (status.state() == ServiceState.EXITED
                        && status.lastExit()
                                .filter(exit -> exit.isSuccess(spec.restart()))
                                .isPresent());
    }

    private Hope hope(ServiceName name, ServiceSpec spec, ServiceStatus status) {
        boolean scheduled = spec.lifecycle().kind() == Lifecycle.Kind.SCHEDULED;
        return switch (status.state()) {
            case FATAL -> spec.restart().limit().retryAfter().isEmpty() ? Hope.NONE : Hope.LATER;
            case EXITED -> scheduled ? Hope.LATER : Hope.NONE;
            case STOPPED ->
                wanted.runs(name)
                        ? status.progress()
                                .waiting()
                                .map(Waiting::hope)
                                .orElse(status.turn().isPresent() ? Hope.LATER : Hope.SOON)
                        : Hope.NONE;
            case BACKOFF -> Hope.LATER;
            case RUNNING -> status.progress().health() == HealthState.UNHEALTHY ? Hope.LATER : Hope.SOON;
            // One that is late, too, if it is to go on: start.on-failure = nothing.
            case STARTING -> status.reason().isEmpty() ? Hope.SOON : Hope.LATER;
            case STOPPING, UNKNOWN -> Hope.SOON;
        };
    }

    /** A service that it is to be restarted after, and that has been. */
    Optional<ServiceName> restarted(ServiceSpec spec, ServiceStatus status) {
        Optional<Instant> since = status.startedAt();
        for (Map<String, Dependency> needs : List.of(
                spec.lifecycle().dependencies().requires(),
                spec.lifecycle().dependencies().wants())) {
            for (Map.Entry<String, Dependency> need : needs.entrySet()) {
                if (!need.getValue().restart()) {
                    continue;
                }
                boolean more = members(need.getKey()).stream()
                        .anyMatch(
                                member -> desired.isOutdated(member, planned.getOrDefault(member, ServiceStatus.NEW)));
                if (more) {
                    continue; // once is enough
                }
                for (ServiceName member : members(need.getKey())) {
                    ServiceStatus other = planned.getOrDefault(member, ServiceStatus.NEW);
                    boolean later = other.startedAt().isPresent()
                            && since.isPresent()
                            && other.startedAt().get().isAfter(since.get());
                    if (later
                            && isMet(
                                    desired.spec(member).orElseThrow(),
                                    other,
                                    need.getValue().condition())) {
                        return Optional.of(member);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** A service that has to be down before this one may be stopped. */
    Optional<ServiceName> beforeStop(ServiceName name) {
        for (ServiceName dependent : desired.graph().dependents(name)) {
            ServiceStatus status = before.getOrDefault(dependent, ServiceStatus.NEW);
            boolean alive = status.process().isPresent()
                    || status.state() == ServiceState.STARTING
                    || status.state() == ServiceState.STOPPING;
            if (alive && goesDown(dependent, status)) {
                return Optional.of(dependent);
            }
        }
        return Optional.empty();
    }

    /** What it has to wait for before it is replaced, where others of its instances are to serve meanwhile. */
    Optional<Waiting> turn(ServiceSpec spec, ServiceStatus status) {
        if (!Roll.isFor(spec)) {
            return Optional.empty();
        }
        Waiting later = status.progress().waiting().orElse(LATER);
        return roll.isPresent() ? roll.get().before(spec) : Optional.of(later);
    }

    /** Whether those that need it have to be without it for a while. */
    private boolean goesDown(ServiceName name, ServiceStatus status) {
        Optional<ServiceSpec> spec = desired.spec(name);
        if (spec.isEmpty() || !wanted.runs(name)) {
            return true;
        }
        boolean goes = desired.isChanged(name, status) || desired.isReplaced(name, status);
        return goes && !Roll.isFor(spec.get());
    }
}
