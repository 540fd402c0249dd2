package io.bulkhead.spec;

import java.time.Duration;

/**
 * How it is found out whether a service that runs is well, and what is done if it isn't.
 *
 * @param probe anything but {@link Probe.Log} and {@link Probe.Notify}
 * @param interval from the end of one probe to the next; 100 ms or more
 * @param timeout how long a probe may take before it has failed; 1 ms or more
 * @param failures so many in a row make it unhealthy; 1 or more
 * @param successes so many in a row make it healthy; 1 or more
 * @param startPeriod after the launch, for so long a failure doesn't count
 * @param onFailure what is done when it becomes unhealthy
 */
public record HealthPolicy(
        Probe probe,
        Duration interval,
        Duration timeout,
        int failures,
        int successes,
        Duration startPeriod,
        OnFailure onFailure) {
    public static final Duration INTERVAL = Duration.ofSeconds(30);
    public static final Duration TIMEOUT = Duration.ofSeconds(5);
    public static final int FAILURES = 3;
    public static final int SUCCESSES = 1;
    public static final Duration START_PERIOD = Duration.ZERO;

    /** What is done about a service that has failed while it runs, or has not come up. */
    public enum OnFailure {
        /** As {@code restart} has it for a process that ended with a failure. */
        RESTART,
        /** It is stopped and FATAL. */
        STOP,
        /** It is told, and no more. */
        NOTHING
    }
}
