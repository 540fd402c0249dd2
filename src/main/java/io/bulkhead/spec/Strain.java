package io.bulkhead.spec;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What, beside its end, is reason enough to restart a service.
 *
 * @param oom whether the OOM killer has killed any of its processes
 * @param pressure how much want of memory; empty: none is too much
 */
public record Strain(boolean oom, Optional<Pressure> pressure) {
    public static final Strain NONE = new Strain(false, Optional.empty());

    /**
     * All its processes at once wait for memory.
     *
     * @param percent of the time, 1 to 100
     * @param duration for how long, 2 s or more
     * @param minUptime how long a process has run at least that is restarted for it: the bound
     */
    public record Pressure(int percent, Duration duration, Duration minUptime) {
        public static final Duration SHORTEST = Duration.ofSeconds(2);
        public static final Duration DURATION = Duration.ofSeconds(30);
        public static final Duration MIN_UPTIME = Duration.ofMinutes(10);

        /** As it is written: {@code 60%}. */
        public String limit() {
            return String.format(Locale.US, "%d%%", percent);
        }
    }

    public boolean isNone() {
        return equals(NONE);
    }
}
