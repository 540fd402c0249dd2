package io.bulkhead.config;

import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The section {@code cpu} of a service, but for its places. */
final class CpuReader {
    private static final String UNLIMITED = "unlimited";
    private static final Scalar<Optional<Duration>> QUOTA =
            Scalar.duration(CpuLimit.MIN_QUOTA, CpuLimit.MAX_QUOTA).or(UNLIMITED);
    private static final Scalar<Optional<BigDecimal>> SHARE = Scalar.share().or(UNLIMITED);

    private final Section cpu;
    private final boolean isService;

    /** @param isService whether it isn't {@code defaults} */
    CpuReader(Section cpu, boolean isService) {
        this.cpu = cpu;
        this.isService = isService;
    }

    CpuLimits read() {
        Duration period =
                cpu.get("period", Scalar.duration(CpuLimit.MIN_PERIOD, CpuLimit.MAX_PERIOD), CpuLimit.DEFAULT_PERIOD);
        Optional<Duration> quota = cpu.get("quota", QUOTA, Optional.empty());
        Optional<BigDecimal> limit = cpu.get("limit", SHARE, Optional.empty());
        Optional<Duration> burst = cpu.get("burst", Scalar.duration(Duration.ZERO, CpuLimit.MAX_QUOTA));
        OptionalInt weight = cpu.get("weight", Scalar.integer(1, 10_000))
                .map(value -> OptionalInt.of(value.intValue()))
                .orElse(OptionalInt.empty());
        Optional<Boolean> idle = cpu.get("idle", Scalar.bool());
        if (idle.orElse(false) && weight.isPresent()) {
            cpu.conflict(List.of("weight", "idle"), "what is idle has no weight: allowed is one of them");
        }
        Optional<CpuLimit> bandwidth = bandwidth(period, quota, limit);
        if (burst.isEmpty() || isBurstPossible(burst.get(), bandwidth)) {
            return new CpuLimits(bandwidth, burst, weight, idle);
        }
        return new CpuLimits(bandwidth, Optional.empty(), weight, idle);
    }

    private boolean isBurstPossible(Duration burst, Optional<CpuLimit> bandwidth) {
        if (bandwidth.isEmpty()) {
            // In the defaults a burst alone is useful: the quotas are the services'.
            if (isService) {
                cpu.conflict(List.of("burst"), "has no effect alone: quota or limit is needed");
            }
            return false;
        }
        if (burst.compareTo(bandwidth.get().quota()) > 0) {
            cpu.conflict(
                    List.of("burst", "quota", "limit"),
                    "a burst of " + Quantity.text(burst) + " is above the quota of "
                            + Quantity.text(bandwidth.get().quota()));
            return false;
        }
        return true;
    }

    private Optional<CpuLimit> bandwidth(Duration period, Optional<Duration> quota, Optional<BigDecimal> limit) {
        if (cpu.owns("limit") == cpu.owns("quota") && cpu.has("limit") && cpu.has("quota")) {
            cpu.conflict(List.of("limit"), "limit and quota say the same thing: allowed is one of them");
            return Optional.empty();
        }
        // In the defaults a period alone is useful: the quotas are the services'.
        if (isService && !cpu.has("limit") && !cpu.has("quota")) {
            cpu.conflict(List.of("period"), "has no effect alone: quota or limit is needed");
        }
        // A service's own limit replaces the quota it would have from the defaults, and the other way round.
        if (limit.isPresent() && !cpu.owns("quota")) {
            return derived(period, limit.get());
        }
        return quota.map(q -> new CpuLimit(q, period));
    }

    private Optional<CpuLimit> derived(Duration period, BigDecimal share) {
        BigDecimal micros =
                share.multiply(BigDecimal.valueOf(period.toNanos() / 1_000)).setScale(0, RoundingMode.HALF_UP);
        BigDecimal min = BigDecimal.valueOf(CpuLimit.MIN_QUOTA.toNanos() / 1_000);
        BigDecimal max = BigDecimal.valueOf(CpuLimit.MAX_QUOTA.toNanos() / 1_000);
        cpu.derive("quota", cpu.originOf("limit"));
        if (micros.compareTo(min) >= 0 && micros.compareTo(max) <= 0) {
            return Optional.of(new CpuLimit(Duration.ofNanos(micros.longValueExact() * 1_000), period));
        }
        cpu.conflict(
                List.of("limit", "period"),
                Shown.text(percent(share)) + " of a period of " + Quantity.text(period) + " is a quota outside "
                        + Quantity.text(CpuLimit.MIN_QUOTA) + " to " + Quantity.text(CpuLimit.MAX_QUOTA));
        return Optional.empty();
    }

    private static String percent(BigDecimal share) {
        return share.movePointRight(2).stripTrailingZeros().toPlainString() + "%";
    }
}
