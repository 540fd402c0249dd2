package io.bulkhead.cgroup;

import java.util.Locale;

/**
 * How a group's CPU quota has held it up. Only periods in which somebody in it wanted to run are counted.
 *
 * @param periods of bandwidth control since the group was made
 * @param throttled those of them in which it had used up its quota, and waited
 * @see <a href="https://docs.kernel.org/scheduler/sched-bwc.html#statistics">CFS Bandwidth Control</a>
 */
public record Throttling(long periods, long throttled) {
    public static final Throttling NONE = new Throttling(0, 0);

    /** What has come since {@code before}; all of it where the group was made anew. */
    public Throttling since(Throttling before) {
        return periods < before.periods ? this : new Throttling(periods - before.periods, throttled - before.throttled);
    }

    /** The share of its periods in which it had to wait: 0 to 1. */
    public double share() {
        return periods == 0 ? 0 : (double) throttled / periods;
    }

    /** {@code held up by the CPU quota in 83 % of 1200 periods}. */
    @Override
    public String toString() {
        return String.format(Locale.US, "held up by the CPU quota in %.0f %% of %d periods", share() * 100, periods);
    }
}
