package io.bulkhead.spec;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much of the CPUs' time a service gets.
 *
 * @param bandwidth the most it may use
 * @param burst unused time of earlier periods it may use at once beyond the quota, at most as much as the quota;
 *     {@code cpu.max.burst} (v2) or {@code cpu.cfs_burst_us} (v1), Linux 5.14 and later
 * @param weight its share where CPUs are wanted by more than there are, 1 to 10000, 100 being everybody's;
 *     {@code cpu.weight} (v2) or {@code cpu.shares} (v1)
 * @param idle whether it runs only where nobody else wants to; {@code cpu.idle}, Linux 5.15 and later
 */
public record CpuLimits(
        Optional<CpuLimit> bandwidth, Optional<Duration> burst, OptionalInt weight, Optional<Boolean> idle) {
    public static final CpuLimits NONE =
            new CpuLimits(Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty());

    public CpuLimits {
        if (weight.isPresent() && (weight.getAsInt() < 1 || weight.getAsInt() > 10_000)) {
            throw new IllegalArgumentException("cpu.weight " + weight.getAsInt() + " is outside 1 to 10000");
        }
        if (burst.isPresent()
                && (bandwidth.isEmpty() || burst.get().compareTo(bandwidth.get().quota()) > 0)) {
            throw new IllegalArgumentException("cpu.burst " + burst.get() + " is above the quota");
        }
    }

    /** A quota alone. */
    public static CpuLimits of(CpuLimit bandwidth) {
        return new CpuLimits(Optional.of(bandwidth), Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    /** The burst in microseconds, the kernel's unit. */
    public Optional<Long> burstMicros() {
        return burst.map(duration -> duration.toNanos() / 1_000);
    }
}
