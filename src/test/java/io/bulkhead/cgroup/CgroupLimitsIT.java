package io.bulkhead.cgroup;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.SyscallProgram.Child;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Limits on the host's own hierarchies: written, read back, changed live, and enforced by the kernel. */
@KernelTest
final class CgroupLimitsIT {
    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @SuppressWarnings("NullAway.Init") // made before each test
    private CgroupBed bed;

    @SuppressWarnings("NullAway.Init")
    private CgroupDriver driver;

    @BeforeEach
    void create() throws ErrnoException {
        bed = new CgroupBed(Flavour.HOST.layout());
        driver = bed.driver;
        driver.create("web");
    }

    @AfterEach
    void clean() throws ErrnoException {
        bed.close();
    }

    @Test
    void readsBackWhatItWrote(TestInfo test) throws ErrnoException {
        Limits limits = limits(20, 50, 64 * MIB + 5000, 100);
        assume(test, limits);

        List<LimitWrite> drift = driver.differences("web", limits);
        List<LimitWrite> written = driver.apply("web", limits);

        assertEquals(drift.size(), written.size());
        assertTrue(written.size() >= 3, written::toString);
        for (LimitWrite write : written) {
            assertEquals(
                    write.after(), bed.read(write.file()), () -> write.file().toString());
            assertFalse(write.after().equals(write.before()), write::toString);
        }
        assertEquals(List.of(), driver.differences("web", limits));
        assertEquals(List.of(), driver.apply("web", limits));
    }

    @Test
    void aNewGroupIsUnlimited() throws ErrnoException {
        assertEquals(List.of(), driver.differences("web", Limits.NONE));
    }

    @Test
    void changesLiveInAnyDirection(TestInfo test) throws ErrnoException {
        List<Limits> steps = List.of(
                limits(20, 100, 64 * MIB, 100),
                limits(500, 1000, 256 * MIB, 200),
                limits(1, 1, 32 * MIB, 10),
                Limits.NONE,
                limits(400, 100, 128 * MIB, 50));
        assume(test, steps.get(0));
        bed.sleep("web");

        for (Limits limits : steps) {
            driver.apply("web", limits);

            assertEquals(List.of(), driver.differences("web", limits), limits::toString);
        }
    }

    @Test
    void noticesAndUndoesDrift(TestInfo test) throws ErrnoException {
        Limits limits = limits(20, 100, 64 * MIB, 100);
        assume(test, limits);
        driver.apply("web", limits);
        Path file = bed.file("web", "pids.max").orElseThrow();

        bed.write(file, "7");

        LimitWrite expected = new LimitWrite("pids.max", file, "7", "100");
        assertEquals(List.of(expected), driver.differences("web", limits));
        assertEquals(List.of(expected), driver.apply("web", limits));
        assertEquals(List.of(), driver.differences("web", limits));
    }

    @Test
    void aQuotaThrottles(TestInfo test) throws ErrnoException {
        Limits limits = limits(20, 100, 64 * MIB, 100);
        assume(test, limits);
        driver.apply("web", limits);

        bed.start("web", "/bin/sh", "-c", "while :; do :; done");

        Path quota = bed.file("web", "cpu.max")
                .or(() -> bed.file("web", "cpu.cfs_quota_us"))
                .orElseThrow();
        Path stat = quota.resolveSibling("cpu.stat");
        await().atMost(PATIENCE)
                .until(() -> FlatKeyed.value(bed.read(stat), "nr_throttled").orElse(0) > 3);
    }

    @Test
    void countsOomKills(TestInfo test) throws ErrnoException {
        Limits limits = limits(100, 100, 16 * MIB, 100);
        assume(test, limits);
        driver.apply("web", limits);
        assertEquals(OptionalLong.of(0), driver.oomKills("web"));

        Child child = bed.start("web", "/usr/bin/tail", "/dev/zero");

        assertEquals(9, bed.end(child));
        assertTrue(driver.oomKills("web").orElse(0) > 0);
    }

    @Test
    void refusesAMemoryLimitBelowUsageOnV1(TestInfo test) throws ErrnoException {
        Optional<Path> usage = bed.file("web", "memory.usage_in_bytes");
        assume(test, usage.isPresent(), "memory is not controlled by v1");
        bed.start("web", "/bin/sh", "-c", "x=$(head -c 40000000 /dev/zero | tr '\\0' a); read y < /dev/zero");
        await().atMost(PATIENCE).until(() -> Long.parseLong(bed.read(usage.orElseThrow())) > 32 * MIB);

        ErrnoException e =
                assertThrows(ErrnoException.class, () -> driver.apply("web", limits(100, 100, 4 * MIB, 100)));

        assertEquals(ErrnoException.EBUSY, e.errno());
        assertTrue(String.valueOf(e.getMessage()).contains("the group holds more than that"), e::getMessage);
    }

    @Test
    void deniesDevices(TestInfo test) throws ErrnoException {
        assume(test, driver.controlsDevices(), "this host lacks the devices controller");
        driver.create("web"); // the policy is not doubled

        Child allowed = bed.start("web", "/bin/sh", "-c", "head -c 1 /dev/zero > /dev/null");
        Child denied = bed.start(
                "web",
                "/bin/sh",
                "-c",
                "mknod -m 600 /tmp/$$ c 1 11 && (: < /tmp/$$) 2> /dev/null; r=$?;" + " rm /tmp/$$; exit $r");

        assertEquals(0, bed.end(allowed));
        assertFalse(bed.end(denied) == 0);
    }

    @Test
    void namesTheControllerThatIsMissing(TestInfo test) throws ErrnoException {
        Limits limits = limits(20, 100, 64 * MIB, 100);
        try (CgroupBed bare = new CgroupBed(Flavour.V2_ONLY.layout())) {
            bare.driver.create("web");
            List<Unsupported> unsupported = bare.driver.unsupported(limits);
            assume(test, unsupported.size() == 3, "v2 has the controllers here");

            ErrnoException e = assertThrows(ErrnoException.class, () -> bare.driver.apply("web", limits));

            assertEquals(ErrnoException.ENOENT, e.errno());
            assertTrue(String.valueOf(e.getMessage()).contains("pids.max needs the pids controller"), e::getMessage);
            assertEquals(List.of(), bare.driver.apply("web", Limits.NONE));
        }
    }

    private void assume(TestInfo test, Limits limits) throws ErrnoException {
        List<Unsupported> unsupported = driver.unsupported(limits);
        assume(test, unsupported.isEmpty(), unsupported.toString());
    }

    private static void assume(TestInfo test, boolean possible, String reason) {
        if (!possible) {
            System.out.println("SKIPPED CgroupLimitsIT." + test.getDisplayName() + ": " + reason);
        }
        Assumptions.assumeTrue(possible, reason);
    }

    private static Limits limits(long quotaMillis, long periodMillis, long memory, long pids) {
        CpuLimit cpu = new CpuLimit(Duration.ofMillis(quotaMillis), Duration.ofMillis(periodMillis));
        return Limits.NONE.with(CpuLimits.of(cpu)).with(MemoryLimits.of(memory)).withPidsMax(pids);
    }
}
