package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.FakeFiles;
import io.bulkhead.cgroup.fs.HostDevices;
import io.bulkhead.cgroup.fs.HugePages;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Settings;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.CpusetLimits;
import io.bulkhead.spec.DeviceRule;
import io.bulkhead.spec.IndexSet;
import io.bulkhead.spec.IoLimits;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import io.bulkhead.spec.NetLimits;
import io.bulkhead.spec.RdmaLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same contract for every controller of either version, and what is particular to each. */
final class ControllersTest {
    private static final HugePages HUGE_PAGES = new HugePages(List.of("2MB"), 4096);
    /** A disk, and a device that isn't one. */
    private static final HostDevices DEVICES = new HostDevices() {
        @Override
        public Node node(String path) throws ErrnoException {
            if (path.equals("/dev/fuse")) {
                return new Node('c', 10, 229);
            }
            throw new ErrnoException("find the device " + path, ErrnoException.ENOENT);
        }

        @Override
        public String disk(String device) throws ErrnoException {
            if (device.equals("/dev/vda")) {
                return "254:0";
            }
            throw new ErrnoException("find the device " + device, ErrnoException.ENOENT);
        }
    };

    private static final List<Controller> LEGACY = Controllers.legacy(4096, DEVICES, HUGE_PAGES);
    private static final List<Controller> UNIFIED = Controllers.unified(4096, DEVICES, HUGE_PAGES);
    private static final IndexSet TWO = new IndexSet("0-1");
    private static final Limits SOME = Limits.NONE
            .with(new CpuLimits(
                    Optional.of(new CpuLimit(Duration.ofMillis(20), Duration.ofMillis(50))),
                    Optional.of(Duration.ofMillis(10)),
                    OptionalInt.of(200),
                    Optional.of(false)))
            .with(new CpusetLimits(Optional.of(TWO), Optional.of(new IndexSet("0"))))
            .with(new MemoryLimits(
                    OptionalLong.of(100_000),
                    OptionalLong.of(90_000),
                    OptionalLong.of(10_000),
                    OptionalLong.of(50_000),
                    Optional.of(true)))
            .withPidsMax(512)
            .with(new IoLimits(
                    OptionalInt.of(300),
                    List.of(new IoLimits.Device(
                            "/dev/vda",
                            OptionalLong.of(1 << 20),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            OptionalLong.of(120)))))
            .withHugetlb(Map.of("2MB", 5L << 20))
            .withRdma(Map.of("mlx5_0", new RdmaLimit(OptionalInt.of(2), OptionalInt.empty())))
            .with(new NetLimits(OptionalLong.of(0x100001), Map.of("eth0", 5)))
            .withMisc(Map.of("sev", 2L))
            .withDevices(List.of(new DeviceRule("/dev/fuse", "rw")));

    /** A controller and what it finds in a new group. */
    record Case(int version, Controller controller) {
        FakeKernel kernel() {
            return version == 1 ? FakeKernel.legacy() : FakeKernel.unified();
        }

        @Override
        public String toString() {
            return controller.name() + " v" + version;
        }
    }

    static Stream<Case> all() {
        return Stream.concat(
                LEGACY.stream().map(c -> new Case(1, c)), UNIFIED.stream().map(c -> new Case(2, c)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void asksForNothingUnlessALimitDoes(Case each) throws ErrnoException {
        boolean always = each.controller.name().equals("devices");

        for (Setting setting : each.controller.settings(Limits.NONE)) {
            assertEquals(always, setting.asked(), setting.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aNewGroupIsAsNoLimitHasIt(Case each) throws ErrnoException {
        FakeKernel kernel = each.kernel();
        each.controller.prepare(kernel);

        assertEquals(List.of(), Settings.differences(kernel, each.controller.settings(Limits.NONE), true));
    }

    @ParameterizedTest
    @MethodSource("all")
    void readsBackWhatItWrote(Case each) throws ErrnoException {
        FakeKernel kernel = each.kernel();
        List<Setting> settings = each.controller.settings(SOME);

        Settings.apply(kernel, settings, true);

        assertEquals(List.of(), Settings.differences(kernel, settings, true));
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatLeavesTheConfigurationLeavesTheKernel(Case each) throws ErrnoException {
        FakeKernel kernel = each.kernel();
        each.controller.prepare(kernel);
        Map<String, String> fresh = Map.copyOf(kernel.contents);
        Settings.apply(kernel, each.controller.settings(SOME), true);

        Settings.apply(kernel, each.controller.settings(Limits.NONE), true);

        assertEquals(fresh, kernel.contents);
    }

    @ParameterizedTest
    @MethodSource("all")
    void findsAndUndoesEveryDrift(Case each) throws ErrnoException {
        List<Setting> settings = each.controller.settings(SOME);
        for (Setting setting : settings) {
            FakeKernel kernel = each.kernel();
            Settings.apply(kernel, settings, true);
            Map<String, String> right = Map.copyOf(kernel.contents);
            FakeKernel fresh = each.kernel();
            kernel.contents.put(setting.file(), fresh.read(setting.file()));
            if (kernel.contents.equals(right)) {
                continue; // what is asked for is what is so without
            }

            List<Settings.Difference> differences = Settings.differences(kernel, settings, false);
            Settings.apply(kernel, settings, false);

            assertTrue(differences.stream().anyMatch(d -> d.setting().key().equals(setting.key())), setting::file);
            assertEquals(right, kernel.contents, setting.file());
        }
    }

    @Test
    void everyKeyIsSomeControllersInSomeVersion() throws ErrnoException {
        List<String> keys = new ArrayList<>();
        for (Controller controller : LEGACY) {
            controller.settings(SOME).stream().filter(Setting::asked).forEach(s -> keys.add(s.key()));
        }
        for (Controller controller : UNIFIED) {
            controller.settings(SOME).stream().filter(Setting::asked).forEach(s -> keys.add(s.key()));
        }

        for (String key : List.of(
                "cpu.quota",
                "cpu.burst",
                "cpu.weight",
                "cpu.idle",
                "cpu.cpus",
                "cpu.mems",
                "memory.max",
                "memory.high",
                "memory.low",
                "memory.swap",
                "memory.oom-group",
                "pids.max",
                "io.weight",
                "io.limits",
                "hugetlb",
                "rdma",
                "net.class-id",
                "net.priority",
                "misc",
                "devices")) {
            assertTrue(keys.contains(key), key);
        }
    }

    @Test
    void writesTheKernelsOwnWords() throws ErrnoException {
        assertEquals(
                List.of(
                        "cpu.cfs_period_us=50000",
                        "cpu.cfs_quota_us=20000",
                        "cpu.cfs_burst_us=10000",
                        "cpu.shares=2048"),
                writes(1, "cpu", SOME));
        assertEquals(List.of("cpu.max=20000 50000", "cpu.max.burst=10000", "cpu.weight=200"), writes(2, "cpu", SOME));
        assertEquals(
                List.of(
                        "memory.limit_in_bytes=100000",
                        "memory.memsw.limit_in_bytes=150000",
                        "memory.soft_limit_in_bytes=10000"),
                writes(1, "memory", SOME));
        assertEquals(
                List.of(
                        "memory.max=100000",
                        "memory.swap.max=50000",
                        "memory.high=90000",
                        "memory.low=10000",
                        "memory.oom.group=1"),
                writes(2, "memory", SOME));
        assertEquals(
                List.of(
                        "blkio.throttle.read_bps_device=254:0 1048576",
                        "blkio.throttle.write_iops_device=254:0 120",
                        "blkio.bfq.weight=118"),
                writes(1, "blkio", SOME));
        assertEquals(
                List.of(
                        "io.max=254:0 rbps=1048576 wbps=max riops=max wiops=120",
                        "io.weight=default 300",
                        "io.bfq.weight=default 118"),
                writes(2, "io", SOME));
        assertEquals(List.of("rdma.max=mlx5_0 hca_handle=2 hca_object=max"), writes(2, "rdma", SOME));
        assertEquals(List.of("net_cls.classid=1048577"), writes(1, "net_cls", SOME));
        assertEquals(List.of("net_prio.ifpriomap=eth0 5"), writes(1, "net_prio", SOME));
        assertEquals(List.of("misc.max=sev 2"), writes(2, "misc", SOME));
        assertEquals(List.of("hugetlb.2MB.max=5242880", "hugetlb.2MB.rsvd.max=5242880"), writes(2, "hugetlb", SOME));
    }

    @Test
    void aMemoryLimitForbidsSwapUnlessItIsAskedFor() throws ErrnoException {
        Limits limits = Limits.NONE.with(MemoryLimits.of(10_000));

        assertEquals(List.of("memory.max=10000", "memory.swap.max=0"), writes(2, "memory", limits));
        assertEquals(
                List.of("memory.limit_in_bytes=10000", "memory.memsw.limit_in_bytes=10000"),
                writes(1, "memory", limits));
    }

    @Test
    void aMemoryLimitBeyondCountingIsNone() throws ErrnoException {
        assertEquals(List.of(), writes(2, "memory", Limits.NONE.with(MemoryLimits.of(Long.MAX_VALUE))));
    }

    @Test
    void pidsAreANumberOrMax() throws ErrnoException {
        assertEquals(List.of("pids.max=4194304"), writes(2, "pids", Limits.NONE.withPidsMax(4_194_304)));
        assertEquals(List.of(), writes(1, "pids", Limits.NONE.withPidsMax(4_194_305)));
    }

    @Test
    void whatIsIdleHasNoWeightOfItsOwn() throws ErrnoException {
        CpuLimits idle = new CpuLimits(Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.of(true));
        for (Case each : List.of(new Case(1, named(LEGACY, "cpu")), new Case(2, named(UNIFIED, "cpu")))) {
            FakeKernel kernel = each.kernel();
            List<Setting> settings = each.controller.settings(Limits.NONE.with(idle));

            Settings.apply(kernel, settings, true);
            List<Settings.Difference> left = Settings.differences(kernel, settings, true);
            Settings.apply(kernel, each.controller.settings(Limits.NONE), true);

            assertEquals(List.of(), left);
            assertEquals(each.kernel().contents, kernel.contents, "as if it never had been idle");
        }
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
        Controller memory = named(LEGACY, "memory");

        Settings.apply(kernel, memory.settings(Limits.NONE.with(MemoryLimits.of(16384))), false);
        Settings.apply(kernel, memory.settings(Limits.NONE.with(MemoryLimits.of(4096))), false);

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

        named(LEGACY, "memory").prepare(old);
        named(LEGACY, "memory").prepare(old);

        assertEquals(List.of("memory.use_hierarchy=1"), old.writes);
    }

    @Test
    void aNewCpusetIsFilledFromItsParent() throws ErrnoException {
        FakeFiles files = new FakeFiles(
                Map.of("cpuset.cpus", "", "../cpuset.cpus", "0-7", "cpuset.mems", "1", "../cpuset.mems", "0-1"));

        named(LEGACY, "cpuset").prepare(files);

        assertEquals(List.of("cpuset.cpus=0-7"), files.writes);
    }

    @Test
    void devicesAreDeniedBeforeSomeAreAllowedAndThenOnlyWhatDiffers() throws ErrnoException {
        FakeKernel kernel = FakeKernel.legacy();
        Controller devices = named(LEGACY, "devices");

        devices.prepare(kernel);
        List<String> first = List.copyOf(kernel.writes);
        kernel.writes.clear();
        devices.prepare(kernel);
        Settings.apply(kernel, devices.settings(SOME), true);
        Settings.apply(
                kernel, devices.settings(Limits.NONE.withDevices(List.of(new DeviceRule("/dev/fuse", "rm")))), true);

        assertEquals("devices.deny=a", first.get(0));
        assertTrue(first.contains("devices.allow=c 1:3 rwm"), first::toString);
        assertEquals(
                List.of("devices.allow=c 10:229 rw", "devices.allow=c 10:229 m", "devices.deny=c 10:229 w"),
                kernel.writes);
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        Limits limits = Limits.NONE.withDevices(List.of(new DeviceRule("/dev/nosuch", "r")));

        ErrnoException e = assertThrows(
                ErrnoException.class, () -> named(LEGACY, "devices").settings(limits));

        assertNotEquals(null, e.getMessage());
        assertFalse(LEGACY.isEmpty());
    }

    private static Controller named(List<Controller> controllers, String name) {
        return controllers.stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> writes(int version, String name, Limits limits) throws ErrnoException {
        FakeKernel kernel = version == 1 ? FakeKernel.legacy() : FakeKernel.unified();
        Settings.apply(kernel, named(version == 1 ? LEGACY : UNIFIED, name).settings(limits), true);
        return kernel.writes;
    }
}
