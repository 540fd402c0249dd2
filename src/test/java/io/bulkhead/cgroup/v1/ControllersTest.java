package io.bulkhead.cgroup.v1;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.FakeFiles;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Settings;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ControllersTest {
    private static final String NO_LIMIT = "9223372036854771712";
    private static final Limits SOME = new Limits(
            Optional.of(new CpuLimit(Duration.ofMillis(20), Duration.ofMillis(50))),
            OptionalLong.of(10_000),
            OptionalLong.of(512));

    @Test
    void cpuHasPeriodAndQuota() {
        assertEquals(List.of("cpu.cfs_period_us=50000", "cpu.cfs_quota_us=20000"), contents(new Cpu(), SOME));
        assertEquals(List.of("cpu.cfs_period_us=100000", "cpu.cfs_quota_us=-1"), contents(new Cpu(), Limits.NONE));
    }

    @Test
    void memoryIsRoundedDownToAPage() {
        assertEquals(
                List.of("memory.limit_in_bytes=10000 (8192)", "memory.memsw.limit_in_bytes=10000 (8192)"),
                contents(new Memory(4096), SOME));
        assertEquals(
                List.of("memory.limit_in_bytes=10000 (0)", "memory.memsw.limit_in_bytes=10000 (0)"),
                contents(new Memory(65536), SOME));
    }

    @Test
    void noMemoryLimitReadsBackAsTheLargestNumberOfPages() {
        assertEquals(
                List.of(
                        "memory.limit_in_bytes=-1 (" + NO_LIMIT + ")",
                        "memory.memsw.limit_in_bytes=-1 (" + NO_LIMIT + ")"),
                contents(new Memory(4096), Limits.NONE));
    }

    @Test
    void pidsAreANumberOrMax() {
        assertEquals(List.of("pids.max=512"), contents(new Pids(), SOME));
        assertEquals(List.of("pids.max=max"), contents(new Pids(), Limits.NONE));
        assertEquals(List.of("pids.max=4194304"), contents(new Pids(), pids(4_194_304)));
        assertEquals(List.of("pids.max=max"), contents(new Pids(), pids(4_194_305)));
    }

    @Test
    void onlyLimitsThatAreSetDemandAController() {
        for (Controller controller : List.of(new Cpu(), new Memory(4096), new Pids())) {
            assertEquals(Optional.empty(), controller.demand(Limits.NONE), controller.name());
        }
        assertEquals(Optional.of("cpu.quota"), new Cpu().demand(SOME));
        assertEquals(Optional.of("memory.max"), new Memory(4096).demand(SOME));
        assertEquals(Optional.of("pids.max"), new Pids().demand(SOME));
    }

    @Test
    void memoryGrowsSwapFirstAndShrinksMemoryFirst() throws ErrnoException {
        FakeFiles kernel =
                new FakeFiles(Map.of("memory.limit_in_bytes", "8192", "memory.memsw.limit_in_bytes", "8192")) {
                    @Override
                    protected int accepts(String file, String content) {
                        boolean memory = file.equals("memory.limit_in_bytes");
                        long limit = memory ? Long.parseLong(content) : number("memory.limit_in_bytes");
                        long both = memory ? number("memory.memsw.limit_in_bytes") : Long.parseLong(content);
                        return limit > both ? ErrnoException.EINVAL : 0;
                    }

                    private long number(String file) {
                        return Long.parseLong(contents.getOrDefault(file, "0"));
                    }
                };

        Settings.apply(kernel, new Memory(4096).settings(memory(16384)));
        Settings.apply(kernel, new Memory(4096).settings(memory(4096)));

        assertEquals(
                List.of(
                        "memory.limit_in_bytes=16384 refused",
                        "memory.memsw.limit_in_bytes=16384",
                        "memory.limit_in_bytes=16384",
                        "memory.limit_in_bytes=4096",
                        "memory.memsw.limit_in_bytes=4096"),
                kernel.writes);
    }

    @Test
    void oldKernelsAreToldToCountSubGroups() throws ErrnoException {
        FakeFiles old = new FakeFiles(Map.of("memory.use_hierarchy", "0"));

        new Memory(4096).prepare(old);
        new Memory(4096).prepare(old);

        assertEquals(List.of("memory.use_hierarchy=1"), old.writes);
    }

    @Test
    void devicesAreDeniedBeforeSomeAreAllowed() throws ErrnoException {
        FakeFiles fresh = new FakeFiles(Map.of("devices.list", "a *:* rwm"));

        new Devices().prepare(fresh);

        List<String> expected = new ArrayList<>(List.of("devices.deny=a"));
        Devices.ALLOWED.forEach(rule -> expected.add("devices.allow=" + rule));
        assertEquals(expected, fresh.writes);
    }

    @Test
    void devicesAreLeftAloneWhereThePolicyIsInForce() throws ErrnoException {
        FakeFiles prepared = new FakeFiles(Map.of("devices.list", String.join("\n", Devices.ALLOWED)));

        new Devices().prepare(prepared);

        assertEquals(List.of(), prepared.writes);
    }

    private static Limits memory(long bytes) {
        return new Limits(Optional.empty(), OptionalLong.of(bytes), OptionalLong.empty());
    }

    private static Limits pids(long max) {
        return new Limits(Optional.empty(), OptionalLong.empty(), OptionalLong.of(max));
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
