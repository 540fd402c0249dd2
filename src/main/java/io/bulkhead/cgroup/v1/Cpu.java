package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CPU time: {@code cpu.cfs_period_us}, {@code cpu.cfs_quota_us} and {@code cpu.cfs_burst_us} in microseconds, a quota of -1 being
 * none; {@code cpu.shares}, 1024 being everybody's; {@code cpu.idle}.
 *
 * <p>Each write is validated against the other files as they are, and against the parent's share: a child may not have
 * more. An idle group's shares are the kernel's own.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-bwc.html">CFS bandwidth control</a>
 */
public final class Cpu implements Controller {
    private static final long DEFAULT_PERIOD_MICROS = CpuLimit.DEFAULT_PERIOD.toNanos() / 1_000;
    private static final int DEFAULT_WEIGHT = 100;
    private static final int DEFAULT_SHARES = 1024;

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        CpuLimits cpu = limits.cpu();
        Optional<CpuLimit> bandwidth = cpu.bandwidth();
        long period = bandwidth.map(CpuLimit::periodMicros).orElse(DEFAULT_PERIOD_MICROS);
        long quota = bandwidth.map(CpuLimit::quotaMicros).orElse(-1L);
        boolean idle = cpu.idle().orElse(false);
        List<Setting> settings = new ArrayList<>();
        settings.add(Value.of("cpu.period", "cpu.cfs_period_us", bandwidth.isPresent(), Long.toString(period)));
        settings.add(Value.of("cpu.quota", "cpu.cfs_quota_us", bandwidth.isPresent(), Long.toString(quota)));
        settings.add(Value.of(
                        "cpu.burst",
                        "cpu.cfs_burst_us",
                        cpu.burst().isPresent(),
                        Long.toString(cpu.burstMicros().orElse(0L)))
                .since("Linux 5.14"));
        settings.add(Value.of("cpu.idle", "cpu.idle", cpu.idle().isPresent(), idle ? "1" : "0")
                .since("Linux 5.15"));
        if (!idle) {
            int shares = Math.max(2, cpu.weight().orElse(DEFAULT_WEIGHT) * DEFAULT_SHARES / DEFAULT_WEIGHT);
            settings.add(Value.of("cpu.weight", "cpu.shares", cpu.weight().isPresent(), Integer.toString(shares)));
        }
        return settings;
    }
}
