package io.bulkhead.spec;

import java.time.Duration;

/**
 * How far a service's clocks are ahead of the host's, or behind where negative.
 *
 * @param monotonic of {@code CLOCK_MONOTONIC}, which shows the time since some start
 * @param boottime of {@code CLOCK_BOOTTIME}, which shows the uptime
 * @see <a href="https://man7.org/linux/man-pages/man7/time_namespaces.7.html">time_namespaces(7)</a>
 */
public record ClockOffsets(Duration monotonic, Duration boottime) {
    /** Clocks that show what the host's do. */
    public static final ClockOffsets NONE = new ClockOffsets(Duration.ZERO, Duration.ZERO);
}
