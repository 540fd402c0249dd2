package io.bulkhead.reconcile;

import io.bulkhead.plan.Desired;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.util.Optional;

/** What came of an operator's {@code start}: whether that is decided, and then how. */
final class StartOutcome {
    private final ServiceName name;
    private final String shown;
    private final Desired desired;
    private final Optional<ServiceStatus> status;

    /** @param shown its name as people see it */
    StartOutcome(ServiceName name, String shown, Desired desired, Optional<ServiceStatus> status) {
        this.name = name;
        this.shown = shown;
        this.desired = desired;
        // What comes after its post-stop is known by now.
        this.status = status.map(now -> now.hooks().verdict().isPresent() ? now.letGo() : now);
    }

    /** A first restart tells of a failure that was over between two looks. */
    boolean isDecided() {
        if (status.isEmpty() || Boolean.FALSE.equals(desired.overrides().get(name))) {
            return true;
        }
        return switch (status.get().state()) {
            case RUNNING, EXITED, FATAL, BACKOFF, UNKNOWN -> true;
            case STARTING, STOPPED, STOPPING ->
                status.get().restartCount() > 0
                        || !status.get().reason().isEmpty()
                        || waiting().filter(Waiting::decided).isPresent();
        };
    }

    private Optional<Waiting> waiting() {
        return status.flatMap(now -> now.progress().waiting());
    }

    Outcome outcome() {
        if (status.isEmpty()) {
            return new Outcome(shown, Result.NO_SUCH_PROCESS);
        }
        ServiceStatus now = status.get();
        if (now.state() == ServiceState.RUNNING || isCompleted(now)) {
            return new Outcome(shown, Result.STARTED);
        }
        if (waiting().isPresent()) {
            return new Outcome(shown, Result.SPAWN_ERROR, waiting().get().reason());
        }
        boolean neverRan = now.lastExit().isEmpty() && now.process().isEmpty();
        String detail =
                now.reason().isEmpty() ? now.lastExit().map(Object::toString).orElse("") : now.reason();
        return new Outcome(shown, neverRan ? Result.SPAWN_ERROR : Result.ABNORMAL_TERMINATION, detail);
    }

    private boolean isCompleted(ServiceStatus now) {
        Optional<ServiceSpec> spec = desired.spec(name);
        return now.state() == ServiceState.EXITED
                && spec.isPresent()
                && now.lastExit()
                        .filter(exit -> exit.isSuccess(spec.get().restart()))
                        .isPresent();
    }
}
