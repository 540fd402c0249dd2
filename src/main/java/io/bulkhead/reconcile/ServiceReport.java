package io.bulkhead.reconcile;

import io.bulkhead.spec.Instance;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What {@code status} tells of one service.
 *
 * @param instance which it is
 * @param process the running process, in STARTING, RUNNING and STOPPING
 * @param startedAt when the last process was started
 * @param endedAt when the last process ended
 * @param lastExit how it ended
 * @param restarts how often it was restarted without an operator's doing since it was last started by one
 * @param nextStart when it is started again: after a failure, or as scheduled
 * @param reason why it is in BACKOFF or FATAL, what it waits for, why it isn't ready, or that it is paused; else empty
 * @param broken whether it is FATAL since its configuration has errors, which are the reason
 * @param roll whether it is to be replaced in turn with others of its instances
 * @param vitals how it is, by its own word
 */
public record ServiceReport(
        Instance instance,
        ServiceState state,
        Optional<ProcessId> process,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<ExitStatus> lastExit,
        int restarts,
        Optional<Instant> nextStart,
        String reason,
        boolean broken,
        Roll roll,
        Vitals vitals) {
    /** Whether it runs on though it is to be replaced. */
    public enum Roll {
        NONE,
        /** Until its turn comes. */
        WAITING,
        /** Since another has failed that was. */
        HALTED
    }

    /**
     * How a service is, by what it answers.
     *
     * @param ready whether whoever waits for it to be ready need wait no longer
     * @param health by its health probe
     * @param condition what came of the last health probe, in words; or empty
     * @param says what it tells it is doing; or empty
     * @param lines all that is known, a line each
     */
    public record Vitals(boolean ready, HealthState health, String condition, String says, List<String> lines) {
        public static final Vitals NONE = new Vitals(false, HealthState.NONE, "", "", List.of());

        public Vitals {
            lines = List.copyOf(lines);
        }
    }

    public ServiceName name() {
        return instance.name();
    }
}
