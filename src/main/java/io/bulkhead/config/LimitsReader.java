package io.bulkhead.config;

import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.Limits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The sections {@code cpu}, {@code memory} and {@code pids} of a service as {@link Limits}. */
final class LimitsReader {
    private static final String UNLIMITED = "unlimited";
    private static final long PAGE = 4096;
    /** PID_MAX_LIMIT of 64-bit kernels; pids.max takes no larger number. */
    private static final long MOST_PIDS = 1 << 22;

    private static final Scalar<Optional<Duration>> QUOTA =
            Scalar.duration(CpuLimit.MIN_QUOTA, CpuLimit.MAX_QUOTA).or(UNLIMITED);
    private static final Scalar<Optional<BigDecimal>> SHARE = Scalar.share().or(UNLIMITED);

    private final Section service;

    LimitsReader(Section service) {
        this.service = service;
    }

    Limits read() {
        return new Limits(cpu(), max("memory", Scalar.size(PAGE)), max("pids", Scalar.integer(1, MOST_PIDS)));
    }

    private OptionalLong max(String name, Scalar<Long> scalar) {
        Section section = service.section(name);
        Optional<Long> max = section.get("max", scalar.or(UNLIMITED), Optional.empty());
        section.done();
        return max.isPresent() ? OptionalLong.of(max.get()) : OptionalLong.empty();
    }

    private Optional<CpuLimit> cpu() {
        Section cpu = service.section("cpu");
        Duration period =
                cpu.get("period", Scalar.duration(CpuLimit.MIN_PERIOD, CpuLimit.MAX_PERIOD), CpuLimit.DEFAULT_PERIOD);
        Optional<Duration> quota = cpu.get("quota", QUOTA, Optional.empty());
        Optional<BigDecimal> limit = cpu.get("limit", SHARE, Optional.empty());
        cpu.done();
        if (cpu.owns("limit") == cpu.owns("quota") && cpu.has("limit") && cpu.has("quota")) {
            cpu.conflict(List.of("limit"), "limit and quota say the same thing: allowed is one of them");
            return Optional.empty();
        }
        // In the defaults a period alone is useful: the quotas are the services'.
        if (service.isService() && !cpu.has("limit") && !cpu.has("quota")) {
            cpu.conflict(List.of("period"), "has no effect alone: quota or limit is needed");
        }
        // A service's own limit replaces the quota it would have from the defaults, and the other way round.
        if (limit.isPresent() && !cpu.owns("quota")) {
            return derived(cpu, period, limit.get());
        }
        return quota.map(q -> new CpuLimit(q, period));
    }

    private static Optional<CpuLimit> derived(Section cpu, Duration period, BigDecimal share) {
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
