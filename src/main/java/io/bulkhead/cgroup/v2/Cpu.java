package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * CPU time: {@code cpu.max}, quota and period in microseconds in one write, a quota of {@code max} being none; {@code
 * cpu.max.burst}; {@code cpu.weight}; {@code cpu.idle}.
 *
 * <p>A quota above an ancestor's is accepted and has no effect beyond it. An idle group's weight is the kernel's own.
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
    public List<Setting> settings(Limits limits) {
        CpuLimits cpu = limits.cpu();
        boolean idle = cpu.idle().orElse(false);
        String max = cpu.bandwidth()
                .map(bandwidth -> bandwidth.quotaMicros() + " " + bandwidth.periodMicros())
                .orElse("max " + DEFAULT_PERIOD_MICROS);
        String burst = Long.toString(cpu.burstMicros().orElse(0L));
        List<Setting> settings = new ArrayList<>();
        settings.add(Value.of("cpu.quota", "cpu.max", cpu.bandwidth().isPresent(), max));
        settings.add(Value.of("cpu.burst", "cpu.max.burst", cpu.burst().isPresent(), burst)
                .since("Linux 5.14"));
        settings.add(Value.of("cpu.idle", "cpu.idle", cpu.idle().isPresent(), idle ? "1" : "0")
                .since("Linux 5.15"));
        if (!idle) {
            String weight = Integer.toString(cpu.weight().orElse(100));
            settings.add(Value.of("cpu.weight", "cpu.weight", cpu.weight().isPresent(), weight));
        }
        return settings;
    }
}
