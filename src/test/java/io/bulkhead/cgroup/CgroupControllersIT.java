package io.bulkhead.cgroup;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.CgroupBpf;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram.Child;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.CpusetLimits;
import io.bulkhead.spec.DeviceRule;
import io.bulkhead.spec.IndexSet;
import io.bulkhead.spec.IoLimits;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every limit that this host's kernel takes, on the real hierarchies: written, read back, changed, drifted, gone. */
@KernelTest
final class CgroupControllersIT {
    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Limits by the key that they are about. */
    static Stream<Map.Entry<String, Limits>> limits() {
        CpuLimit fifth = new CpuLimit(Duration.ofMillis(20), Duration.ofMillis(100));
        return Stream.of(
                Map.entry("cpu.quota", Limits.NONE.with(CpuLimits.of(fifth))),
                Map.entry(
                        "cpu.burst",
                        Limits.NONE.with(new CpuLimits(
                                Optional.of(fifth),
                                Optional.of(Duration.ofMillis(10)),
                                OptionalInt.empty(),
                                Optional.empty()))),
                Map.entry(
                        "cpu.weight",
                        Limits.NONE.with(new CpuLimits(
                                Optional.empty(), Optional.empty(), OptionalInt.of(333), Optional.empty()))),
                Map.entry(
                        "cpu.idle",
                        Limits.NONE.with(new CpuLimits(
                                Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.of(true)))),
                Map.entry(
                        "cpu.cpus",
                        Limits.NONE.with(new CpusetLimits(Optional.of(new IndexSet("0")), Optional.empty()))),
                Map.entry("memory.max", Limits.NONE.with(MemoryLimits.of(64 * MIB + 5000))),
                Map.entry("memory.swap", Limits.NONE.with(memory(64 * MIB, 0, 0, 32 * MIB + 1))),
                Map.entry("memory.high", Limits.NONE.with(memory(64 * MIB, 48 * MIB + 7, 0, 0))),
                Map.entry("memory.low", Limits.NONE.with(memory(64 * MIB, 0, 16 * MIB + 7, 0))),
                Map.entry("pids.max", Limits.NONE.withPidsMax(77)),
                Map.entry("io.weight", Limits.NONE.with(new IoLimits(OptionalInt.of(500), List.of()))),
                Map.entry("devices", Limits.NONE.withDevices(List.of(new DeviceRule("/dev/tty0", "rw")))));
    }

    private static MemoryLimits memory(long max, long high, long low, long swap) {
        return new MemoryLimits(
                OptionalLong.of(max),
                high == 0 ? OptionalLong.empty() : OptionalLong.of(high),
                low == 0 ? OptionalLong.empty() : OptionalLong.of(low),
                swap == 0 ? OptionalLong.empty() : OptionalLong.of(swap),
                Optional.empty());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("limits")
    void livesItsWholeLife(Map.Entry<String, Limits> each, TestInfo test) throws ErrnoException {
        for (Flavour flavour : Flavour.available()) {
            if (flavour == Flavour.V2_ONLY && !each.getKey().equals("devices")) {
                continue; // it has none of the others on a host with v1
            }
            try (CgroupBed bed = new CgroupBed(flavour.layout())) {
                List<Unsupported> unsupported = bed.driver.unsupported(each.getValue());
                if (unsupported.isEmpty()) {
                    live(bed, each.getKey(), each.getValue());
                } else {
                    System.out.println("SKIPPED " + test.getDisplayName() + " on " + flavour + ": " + unsupported);
                }
            }
        }
    }

    private static void live(CgroupBed bed, String key, Limits limits) throws ErrnoException {
        CgroupDriver driver = bed.driver;
        driver.create("web");
        bed.sleep("web");

        List<LimitWrite> differences = driver.differences("web", limits);
        List<LimitWrite> written = driver.apply("web", limits);
        assertTrue(written.stream().anyMatch(write -> write.key().equals(key)), written::toString);
        assertEquals(foreseeable(differences, differences), foreseeable(written, differences));
        assertEquals(List.of(), driver.differences("web", limits));
        assertEquals(List.of(), driver.apply("web", limits));
        assertTrue(
                driver.report("web", limits).stream()
                        .anyMatch(report ->
                                report.key().equals(key) && report.asked().equals(report.written())),
                () -> key);

        driver.apply("web", Limits.NONE);
        assertFalse(driver.report("web", Limits.NONE).stream()
                .anyMatch(report -> report.key().equals(key) && !key.equals("devices")));
        if (key.equals("cpu.cpus") && Runtime.getRuntime().availableProcessors() == 1) {
            return; // the one CPU it was held to is all that the parent has
        }
        List<LimitWrite> again = driver.differences("web", limits);
        assertEquals(
                written.stream().map(LimitWrite::file).toList(),
                again.stream().map(LimitWrite::file).toList(),
                "put back to what a new group has");
    }

    /** All of the writes; only where, if the file wasn't there to be looked at: its controller first had to be handed down. */
    private static List<String> foreseeable(List<LimitWrite> writes, List<LimitWrite> foreseen) {
        Set<Path> absent = foreseen.stream()
                .filter(write -> write.before().equals("not in force"))
                .map(LimitWrite::file)
                .collect(Collectors.toSet());
        return writes.stream()
                .map(write -> absent.contains(write.file()) ? write.key() + " " + write.file() : write.toString())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("io.bulkhead.cgroup.Flavour#available")
    void controlsDevices(Flavour flavour, TestInfo test) throws ErrnoException, IOException {
        try (CgroupBed bed = new CgroupBed(flavour.layout())) {
            assume(test, bed.driver.controlsDevices(), "no devices controller, and no programs: " + flavour);
            bed.driver.create("web");
            bed.driver.apply("web", Limits.NONE);

            assertEquals(0, opens(bed, "/dev/zero", "/dev/full"));
            assertFalse(opens(bed, "/dev/kmsg") == 0);

            bed.driver.apply("web", Limits.NONE.withDevices(List.of(new DeviceRule("/dev/kmsg", "r"))));
            assertEquals(0, opens(bed, "/dev/kmsg"));
            Child writer = bed.start("web", "/bin/sh", "-c", "(: > /dev/kmsg) 2> /dev/null");
            assertFalse(bed.end(writer) == 0, "reading alone is allowed");

            bed.driver.apply("web", Limits.NONE);
            assertFalse(opens(bed, "/dev/kmsg") == 0);
        }
    }

    private static int opens(CgroupBed bed, String... devices) throws ErrnoException {
        return bed.end(bed.start(
                "web",
                "/bin/sh",
                "-c",
                "for d in " + String.join(" ", devices) + "; do (: < $d) 2> /dev/null || exit 1; done"));
    }

    @Test
    void putsADeviceProgramBackThatSomebodyTookOff(TestInfo test) throws ErrnoException {
        try (CgroupBed bed = new CgroupBed(Flavour.V2_ONLY.layout())) {
            assume(test, bed.driver.controlsDevices(), "no programs in v2");
            bed.driver.create("web");
            bed.driver.apply("web", Limits.NONE);
            CgroupBpf bpf = new CgroupBpf(Linux.get());
            String group = bed.directories("web").get(0).toString();

            bpf.detachAll(group);

            assertEquals(0, opens(bed, "/dev/kmsg"));
            assertEquals(1, bed.driver.differences("web", Limits.NONE).size());
            bed.driver.apply("web", Limits.NONE);
            assertEquals(1, bpf.attached(group).size());
            assertFalse(opens(bed, "/dev/kmsg") == 0);
            assertEquals(List.of(), bed.driver.differences("web", Limits.NONE));
        }
    }

    @Test
    void takesUpAProgramThatAnEarlierDaemonAttached(TestInfo test) throws ErrnoException {
        try (CgroupBed bed = new CgroupBed(Flavour.V2_ONLY.layout())) {
            assume(test, bed.driver.controlsDevices(), "no programs in v2");
            bed.driver.create("web");
            bed.driver.apply("web", Limits.NONE);

            CgroupDriver later = CgroupDrivers.open(bed.linux, bed.layout, Optional.of(bed.parent), Map.of());

            assertEquals(List.of(), later.differences("web", Limits.NONE));
        }
    }

    @ParameterizedTest
    @MethodSource("io.bulkhead.cgroup.Flavour#available")
    void whatIsFrozenMakesNoProgress(Flavour flavour) throws ErrnoException, IOException {
        Path file = Files.createTempFile("bulkhead-frozen", "");
        try (CgroupBed bed = new CgroupBed(flavour.layout())) {
            bed.driver.create("web");
            bed.start("web", "/bin/sh", "-c", "while :; do echo >> " + file + "; done");
            await().atMost(PATIENCE).until(() -> Files.size(file) > 100);

            bed.driver.freeze("web");
            await().atMost(PATIENCE).until(() -> bed.driver.isFrozen("web"));
            long frozen = Files.size(file);
            await().during(Duration.ofMillis(200)).atMost(PATIENCE).until(() -> Files.size(file) == frozen);

            bed.driver.thaw("web");
            await().atMost(PATIENCE).until(() -> Files.size(file) > frozen);
            assertFalse(bed.driver.isFrozen("web"));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void tellsWhatAGroupAboveLeaves(TestInfo test) throws ErrnoException {
        CpuLimit half = new CpuLimit(Duration.ofMillis(50), Duration.ofMillis(100));
        Limits limits = Limits.NONE
                .with(CpuLimits.of(half))
                .with(MemoryLimits.of(64 * MIB))
                .withPidsMax(100);
        try (CgroupBed bed = new CgroupBed(Flavour.HOST.layout())) {
            assume(test, bed.driver.unsupported(limits).isEmpty(), "not all of cpu, memory and pids");
            bed.driver.create("web");
            bed.driver.apply("web", limits);
            Path above = above(bed.file("web", "pids.max").orElseThrow());
            bed.write(above.resolve("pids.max"), "50");

            LimitReport report = bed.driver.report("web", limits).stream()
                    .filter(each -> each.key().equals("pids.max"))
                    .findFirst()
                    .orElseThrow();
            List<Foreseen> foreseen = bed.driver.foresee("web", limits);

            assertEquals("100", report.asked());
            assertEquals("100", report.written());
            assertEquals("50", report.effective());
            assertEquals(Optional.of(above), report.limitedBy());
            assertEquals(
                    List.of(new Foreseen(
                            "pids.max", "100 tasks is above the 50 tasks of " + above + ": that is all it will get")),
                    foreseen);
        }
    }

    @Test
    void foreseesAQuotaAndPlacesThatTheParentHasNot(TestInfo test) throws ErrnoException {
        CpuLimit two = new CpuLimit(Duration.ofMillis(200), Duration.ofMillis(100));
        Limits limits = Limits.NONE
                .with(CpuLimits.of(two))
                .with(new CpusetLimits(Optional.of(new IndexSet("0-4095")), Optional.empty()));
        try (CgroupBed bed = new CgroupBed(Flavour.HOST.layout())) {
            assume(test, bed.driver.unsupported(limits).isEmpty(), "not both of cpu and cpuset");
            bed.driver.create("web");
            bed.driver.create("big");
            Path quota = bed.file("web", "cpu.cfs_quota_us")
                    .or(() -> bed.file("web", "cpu.max"))
                    .orElseThrow();
            bed.write(above(quota).resolve(quota.getFileName()), "100000");

            List<Foreseen> foreseen = bed.driver.foresee("web", limits);

            assertEquals(2, foreseen.size(), foreseen::toString);
            assertTrue(foreseen.get(0).sentence().startsWith("200 % of a CPU is above the 100 % of a CPU of /"));
            assertTrue(foreseen.get(1).sentence().startsWith("0-4095 is not all among the 0"), foreseen::toString);
        }
    }

    @Test
    void tellsWhatAGroupCameUpAgainst(TestInfo test) throws ErrnoException {
        CpuLimit tenth = new CpuLimit(Duration.ofMillis(10), Duration.ofMillis(100));
        Limits limits = Limits.NONE
                .with(CpuLimits.of(tenth))
                .with(MemoryLimits.of(16 * MIB))
                .withPidsMax(3);
        try (CgroupBed bed = new CgroupBed(Flavour.HOST.layout())) {
            assume(test, bed.driver.unsupported(limits).isEmpty(), "not all of cpu, memory and pids");
            bed.driver.create("web");
            bed.driver.apply("web", limits);

            bed.end(bed.start("web", "/bin/sh", "-c", "sleep 9 & sleep 9 & sleep 9 & sleep 9 & sleep 9"));
            assertTrue(bed.driver.forksRefused("web").orElse(0) > 0);
            bed.driver.killAll("web");
            await().atMost(PATIENCE).until(() -> !bed.driver.populated("web"));
            bed.driver.create("web");
            bed.driver.apply("web", limits);
            assertEquals(9, bed.end(bed.start("web", "/usr/bin/tail", "/dev/zero")));
            Hardship hardship = bed.driver.hardship("web");

            assertTrue(hardship.oomKills().orElse(0) > 0, hardship::toString);
            assertEquals(OptionalLong.of(16 * MIB), hardship.memoryMax());
            assertTrue(hardship.memoryPeak().orElse(0) > 8 * MIB, hardship::toString);
            assertTrue(hardship.memory().contains("of 16.0 MiB, in /sys/fs/cgroup"), hardship::memory);
        }
    }

    /** The directory of the group above the one that a file is of. */
    private static Path above(Path file) {
        return file.resolve("../..").normalize();
    }

    private static void assume(TestInfo test, boolean possible, String reason) {
        if (!possible) {
            System.out.println("SKIPPED CgroupControllersIT." + test.getDisplayName() + ": " + reason);
        }
        Assumptions.assumeTrue(possible, reason);
    }
}
