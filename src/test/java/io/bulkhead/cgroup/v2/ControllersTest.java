package io.bulkhead.cgroup.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ControllersTest {
    private static final Limits SOME = new Limits(
            Optional.of(new CpuLimit(Duration.ofMillis(20), Duration.ofMillis(50))),
            OptionalLong.of(10_000),
            OptionalLong.of(512));

    @Test
    void cpuIsOneWrite() {
        assertEquals(List.of("cpu.max=20000 50000"), contents(new Cpu(), SOME));
        assertEquals(List.of("cpu.max=max 100000"), contents(new Cpu(), Limits.NONE));
    }

    @Test
    void aMemoryLimitForbidsSwap() {
        assertEquals(List.of("memory.max=10000 (8192)", "memory.swap.max=0"), contents(new Memory(4096), SOME));
        assertEquals(List.of("memory.max=max", "memory.swap.max=max"), contents(new Memory(4096), Limits.NONE));
    }

    @Test
    void aMemoryLimitBeyondCountingIsNone() {
        Limits huge = new Limits(Optional.empty(), OptionalLong.of(Long.MAX_VALUE), OptionalLong.empty());

        assertEquals(List.of("memory.max=max", "memory.swap.max=max"), contents(new Memory(4096), huge));
    }

    @Test
    void pidsAreANumberOrMax() {
        assertEquals(List.of("pids.max=512"), contents(new Pids(), SOME));
        assertEquals(List.of("pids.max=max"), contents(new Pids(), Limits.NONE));
    }

    /** {@code file=content}, and in parentheses what it reads back as, where that differs. */
    private static List<String> contents(Controller controller, Limits limits) {
        return controller.settings(limits).stream().map(ControllersTest::text).toList();
    }

    private static String text(Setting setting) {
        String rounded = setting.content().equals(setting.readBack()) ? "" : " (" + setting.readBack() + ")";
        return setting.file() + "=" + setting.content() + rounded;
    }
}
