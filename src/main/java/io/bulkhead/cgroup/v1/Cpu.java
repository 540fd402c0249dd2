package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/**
 * CPU bandwidth: {@code cpu.cfs_period_us} and {@code cpu.cfs_quota_us}, in microseconds; a quota of -1 is none.
 *
 * <p>Each write is validated against the other file as it is, and against the parent's share: a child may not have more.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-bwc.html">CFS bandwidth control</a>
 */
public final class Cpu implements Controller {
    private static final long DEFAULT_PERIOD_MICROS = CpuLimit.DEFAULT_PERIOD.toNanos() / 1_000;

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Optional<String> demand(Limits limits) {
        return limits.cpu().map(cpu -> "cpu.quota");
    }

    @Override
    public List<Setting> settings(Limits limits) {
        long period = limits.cpu().map(CpuLimit::periodMicros).orElse(DEFAULT_PERIOD_MICROS);
        long quota = limits.cpu().map(CpuLimit::quotaMicros).orElse(-1L);
        return List.of(
                Setting.of("cpu.period", "cpu.cfs_period_us", Long.toString(period)),
                Setting.of("cpu.quota", "cpu.cfs_quota_us", Long.toString(quota)));
    }
}
