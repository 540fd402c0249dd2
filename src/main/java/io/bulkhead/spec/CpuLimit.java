package io.bulkhead.spec;

import java.time.Duration;

/**
 * CPU time a service may use, enforced by the kernel's CFS bandwidth controller.
 *
 * <p>The group may run for {@code quota} in every {@code period}, summed over all CPUs: 200 ms per 100 ms is two CPUs.
 * Written to {@code cpu.max} (v2) or {@code cpu.cfs_quota_us} and {@code cpu.cfs_period_us} (v1).
 *
 * @param quota at least 1 ms
 * @param period 1 ms to 1 s
 * @see <a href="https://docs.kernel.org/scheduler/sched-bwc.html">CFS bandwidth control</a>
 */
public record CpuLimit(Duration quota, Duration period) {
    public static final Duration DEFAULT_PERIOD = Duration.ofMillis(100);
    public static final Duration MIN_PERIOD = Duration.ofMillis(1);
    public static final Duration MAX_PERIOD = Duration.ofSeconds(1);
    public static final Duration MIN_QUOTA = Duration.ofMillis(1);
    /** The kernel's own bound ({@code max_cfs_runtime}) is 2^44 ns, some 4.9 hours; a round number below it. */
    public static final Duration MAX_QUOTA = Duration.ofHours(4);

    public CpuLimit {
        if (period.compareTo(MIN_PERIOD) < 0 || period.compareTo(MAX_PERIOD) > 0) {
            throw new IllegalArgumentException("cpu.period " + period + " is outside 1 ms to 1 s");
        }
        if (quota.compareTo(MIN_QUOTA) < 0 || quota.compareTo(MAX_QUOTA) > 0) {
            throw new IllegalArgumentException("cpu.quota " + quota + " is outside 1 ms to 4 h");
        }
    }

    /** The quota in microseconds, the kernel's unit. */
    public long quotaMicros() {
        return quota.toNanos() / 1_000;
    }

    /** The period in microseconds, the kernel's unit. */
    public long periodMicros() {
        return period.toNanos() / 1_000;
    }

    /** Share of one CPU: 0.2 for 20 ms in every 100 ms. */
    public double share() {
        return (double) quota.toNanos() / period.toNanos();
    }
}
