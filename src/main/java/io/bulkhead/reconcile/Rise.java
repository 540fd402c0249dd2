package io.bulkhead.reconcile;

import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.util.Optional;

/** How far a service is that has to show that it works: the one place that says when it does. */
enum Rise {
    /** Running, completed, or down because that is what is wanted. */
    UP,
    /** Nothing can be said yet. */
    COMING,
    /** It doesn't work. */
    FAILED;

    /**
     * @param status empty before the first round
     * @param wanted whether it is to run
     */
    static Rise of(Optional<ServiceStatus> status, ServiceSpec spec, boolean wanted) {
        if (!wanted) {
            return UP;
        }
        ServiceState state = status.map(ServiceStatus::state).orElse(ServiceState.STOPPED);
        return switch (state) {
            // One that runs waits to be replaced by one that is to show itself.
            case RUNNING -> waiting(status).map(Rise::of).orElse(UP);
            case STOPPED ->
                waitsForItsTime(status) ? UP : waiting(status).map(Rise::of).orElse(COMING);
            case STARTING, STOPPING -> COMING;
            case BACKOFF, FATAL, UNKNOWN -> FAILED;
            case EXITED -> isCompleted(status, spec) ? UP : FAILED;
        };
    }

    private static boolean waitsForItsTime(Optional<ServiceStatus> status) {
        return status.flatMap(ServiceStatus::turn).filter(turn -> !turn.open()).isPresent();
    }

    private static Rise of(Waiting waiting) {
        return waiting.hopeless() ? FAILED : COMING;
    }

    private static Optional<Waiting> waiting(Optional<ServiceStatus> status) {
        return status.flatMap(s -> s.progress().waiting());
    }

    private static boolean isCompleted(Optional<ServiceStatus> status, ServiceSpec spec) {
        return status.flatMap(ServiceStatus::lastExit)
                .filter(exit -> exit.isSuccess(spec.restart()))
                .isPresent();
    }

    /** {@code web: BACKOFF Ended unexpectedly: exit status 1}. */
    static String sentence(String name, Optional<ServiceStatus> status) {
        String state = status.map(s -> s.state().name()).orElse("STOPPED");
        String why = status.map(ServiceStatus::reason)
                .filter(reason -> !reason.isEmpty())
                .or(() -> waiting(status).map(Waiting::reason))
                .or(() -> status.flatMap(ServiceStatus::lastExit).map(Object::toString))
                .orElse("");
        return name + ": " + state + (why.isEmpty() ? "" : " " + why);
    }
}
