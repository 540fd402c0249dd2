package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/**
 * CPU bandwidth: {@code cpu.max}, quota and period in microseconds in one write; a quota of {@code max} is none.
 *
 * <p>A quota above an ancestor's is accepted and has no effect beyond it.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files">cgroup v2, CPU</a>
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
        String content = limits.cpu()
                .map(cpu -> cpu.quotaMicros() + " " + cpu.periodMicros())
                .orElse("max " + DEFAULT_PERIOD_MICROS);
        return List.of(Setting.of("cpu.quota", "cpu.max", content));
    }
}
