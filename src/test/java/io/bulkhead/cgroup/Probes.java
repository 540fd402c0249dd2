package io.bulkhead.cgroup;

import static io.bulkhead.cgroup.ProbedLimits.burst;
import static io.bulkhead.cgroup.ProbedLimits.cpus;
import static io.bulkhead.cgroup.ProbedLimits.high;
import static io.bulkhead.cgroup.ProbedLimits.idle;
import static io.bulkhead.cgroup.ProbedLimits.memory;
import static io.bulkhead.cgroup.ProbedLimits.quota;
import static io.bulkhead.cgroup.ProbedLimits.readBps;
import static io.bulkhead.cgroup.ProbedLimits.weight;

import io.bulkhead.cgroup.Probe.Verdict;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.SyscallProgram.Child;
import io.bulkhead.spec.DeviceRule;
import io.bulkhead.spec.IoLimits;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.NetLimits;
import io.bulkhead.spec.RdmaLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A probe for every controller. */
final class Probes {
    private static final long MIB = 1 << 20;
    private static final Probe.Drift NOTHING = new Probe.Drift("", "");

    private final int version;
    private final double seconds;
    private final CpuProbes cpu;
    private final Path file;

    /**
     * @param seconds over which speeds are measured
     * @param file on a disk, long enough to be read from for so long
     */
    Probes(int version, double seconds, Path file) {
        this.version = version;
        this.seconds = seconds;
        this.cpu = new CpuProbes(seconds);
        this.file = file;
    }

    /** The most that is read in a second. */
    static long fastest() {
        return 8 * MIB;
    }

    private String name(String legacy, String unified) {
        return version == 1 ? legacy : unified;
    }

    private Probe.Drift drift(String legacy, String wrong, String unified, String wrongToo) {
        return version == 1 ? new Probe.Drift(legacy, wrong) : new Probe.Drift(unified, wrongToo);
    }

    List<Probe> all() {
        return List.of(
                new Probe(
                        "cpu",
                        "cpu.quota",
                        quota(20),
                        quota(40),
                        cpu::share,
                        drift("cpu.cfs_quota_us", "90000", "cpu.max", "90000 100000")),
                new Probe(
                        "cpu",
                        "cpu.burst",
                        burst(20),
                        burst(0),
                        cpu::bursts,
                        drift("cpu.cfs_burst_us", "1000", "cpu.max.burst", "1000")),
                new Probe(
                        "cpu",
                        "cpu.weight",
                        weight(200),
                        weight(50),
                        cpu::ratio,
                        drift("cpu.shares", "77", "cpu.weight", "77")),
                new Probe(
                        "cpu",
                        "cpu.idle",
                        idle(true),
                        idle(false),
                        cpu::idles,
                        drift("cpu.idle", "1", "cpu.idle", "1")),
                new Probe(
                        "cpuset",
                        "cpu.cpus",
                        cpus("0"),
                        cpus(Runtime.getRuntime().availableProcessors() > 1 ? "1" : "0"),
                        cpu::place,
                        drift("cpuset.cpus", everyCpu(), "cpuset.cpus", "\n")),
                new Probe(
                        "memory",
                        "memory.max",
                        memory(24),
                        memory(48),
                        this::outOfMemory,
                        drift("memory.memsw.limit_in_bytes", "900000000", "memory.max", "900000000")),
                new Probe(
                        "memory",
                        "memory.high",
                        high(24),
                        high(48),
                        this::slowed,
                        drift("", "", "memory.high", "900000000")),
                new Probe(
                        "pids",
                        "pids.max",
                        Limits.NONE.withPidsMax(5),
                        Limits.NONE.withPidsMax(9),
                        this::forks,
                        drift("pids.max", "max", "pids.max", "max")),
                new Probe(
                        name("blkio", "io"),
                        "io.limits",
                        readBps(number(), 4),
                        readBps(number(), 8),
                        this::reads,
                        drift("blkio.throttle.read_bps_device", number() + " 99", "io.max", number() + " rbps=99")),
                new Probe(
                        name("blkio", "io"),
                        "io.weight",
                        Limits.NONE.with(new IoLimits(OptionalInt.of(300), List.of())),
                        Limits.NONE.with(new IoLimits(OptionalInt.of(30), List.of())),
                        Probes::shown,
                        drift("blkio.bfq.weight", "77", "io.weight", "default 77")),
                new Probe(
                        "devices",
                        "devices",
                        Limits.NONE,
                        Limits.NONE.withDevices(List.of(new DeviceRule("/dev/kmsg", "r"))),
                        this::devices,
                        drift("devices.allow", "a", "program", "")),
                new Probe(
                        "hugetlb",
                        "hugetlb",
                        Limits.NONE.withHugetlb(Map.of("2MB", 2 * MIB)),
                        Limits.NONE.withHugetlb(Map.of("2MB", 4 * MIB)),
                        this::hugePages,
                        drift("hugetlb.2MB.limit_in_bytes", "8388608", "hugetlb.2MB.max", "8388608")),
                new Probe(
                        "rdma",
                        "rdma",
                        Limits.NONE.withRdma(
                                Map.of(rdmaDevice(), new RdmaLimit(OptionalInt.of(2), OptionalInt.empty()))),
                        Limits.NONE.withRdma(
                                Map.of(rdmaDevice(), new RdmaLimit(OptionalInt.of(3), OptionalInt.empty()))),
                        Probes::shown,
                        drift("rdma.max", rdmaDevice() + " hca_handle=9", "rdma.max", rdmaDevice() + " hca_handle=9")),
                new Probe(
                        "net_cls",
                        "net.class-id",
                        Limits.NONE.with(new NetLimits(OptionalLong.of(0x100001), Map.of())),
                        Limits.NONE.with(new NetLimits(OptionalLong.of(0x100002), Map.of())),
                        Probes::shown,
                        drift("net_cls.classid", "7", "", "")),
                new Probe(
                        "net_prio",
                        "net.priority",
                        Limits.NONE.with(new NetLimits(OptionalLong.empty(), Map.of("lo", 5))),
                        Limits.NONE.with(new NetLimits(OptionalLong.empty(), Map.of("lo", 6))),
                        Probes::shown,
                        drift("net_prio.ifpriomap", "lo 1", "", "")),
                new Probe(
                        "misc",
                        "misc",
                        Limits.NONE.withMisc(Map.of("sev", 1L)),
                        Limits.NONE.withMisc(Map.of("sev", 2L)),
                        Probes::shown,
                        drift("misc.max", "sev 9", "misc.max", "sev 9")),
                new Probe("freezer", "", Limits.NONE, Limits.NONE, this::frozen, NOTHING),
                new Probe("cpuacct", "", Limits.NONE, Limits.NONE, this::counted, NOTHING),
                new Probe("perf_event", "", Limits.NONE, Limits.NONE, member("perf_event"), NOTHING),
                new Probe("name=systemd", "", Limits.NONE, Limits.NONE, member("name=systemd"), NOTHING));
    }

    private static String everyCpu() {
        int last = Runtime.getRuntime().availableProcessors() - 1;
        return last == 0 ? "0" : "0-" + last;
    }

    /** The disk that the file is on. */
    private String number() {
        try {
            long device = (Long) Files.getAttribute(file, "unix:dev");
            long major = (device >> 8) & 0xfff;
            long minor = (device & 0xff) | ((device >> 12) & ~0xffL);
            return new KernelDevices(io.bulkhead.libc.Linux.get()).disk(major + ":" + minor);
        } catch (ErrnoException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String rdmaDevice() {
        String[] devices = new java.io.File("/sys/class/infiniband").list();
        return devices == null || devices.length == 0 ? "mlx5_0" : devices[0];
    }

    private Verdict outOfMemory(ProbeBed bed, String group, Limits limits) throws Exception {
        long max = limits.memory().max().orElseThrow();
        long before = bed.driver.oomKills(group).orElse(0);
        int status = bed.end(bed.start(group, "/usr/bin/tail", "/dev/zero"), Duration.ofMinutes(2));
        Hardship hardship = bed.driver.hardship(group);
        boolean killed = status == 9 && hardship.oomKills().orElse(0) > before;
        boolean within = hardship.memoryPeak().orElse(max) <= max;
        return Verdict.of(
                killed && within,
                "SIGKILL at %.1f of %d MiB",
                hardship.memoryPeak().orElse(0) / (double) MIB,
                max / MIB);
    }

    private Verdict slowed(ProbeBed bed, String group, Limits limits) throws Exception {
        long high = limits.memory().high().orElseThrow();
        long before = bed.counter(group, "memory.events", "high");
        bed.shell(group, "exec tail /dev/zero");
        ProbeBed.pause(3);
        long slowed = bed.counter(group, "memory.events", "high") - before;
        bed.kill(group);
        return Verdict.of(slowed > 0, "slowed %d times above %d MiB", slowed, high / MIB);
    }

    private Verdict forks(ProbeBed bed, String group, Limits limits) throws Exception {
        long max = limits.pidsMax().orElseThrow();
        long before = bed.driver.forksRefused(group).orElse(0);
        bed.shell(group, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 100 & done 2>/dev/null; wait");
        ProbeBed.pause(1);
        String tasks = bed.read(group, "pids.current");
        long refused = bed.driver.forksRefused(group).orElse(0) - before;
        bed.kill(group);
        return Verdict.of(refused > 0 && Long.parseLong(tasks) <= max, "fork refused at %d, %s tasks", max, tasks);
    }

    private Verdict reads(ProbeBed bed, String group, Limits limits) throws Exception {
        long asked = limits.io().devices().get(0).readBps().orElseThrow();
        long blocks = (long) (asked * seconds / 65536);
        String read = "exec dd if=" + file + " of=/dev/null bs=64k iflag=direct count=" + blocks + " 2>/dev/null";
        long begin = System.nanoTime();
        int status = bed.end(bed.shell(group, read), Duration.ofSeconds((long) (10 * seconds) + 60));
        double got = blocks * 65536 / ((System.nanoTime() - begin) / 1e9);
        bed.kill(group);
        return Verdict.of(
                status == 0 && Math.abs(got / asked - 1) <= 0.1,
                "%.2f MiB/s of %d MiB/s over %.0f s",
                got / MIB,
                asked / MIB,
                seconds);
    }

    private Verdict devices(ProbeBed bed, String group, Limits limits) throws Exception {
        boolean may = !limits.devices().isEmpty();
        Duration patience = Duration.ofSeconds(30);
        boolean zero = bed.end(bed.shell(group, "(: < /dev/zero) 2>/dev/null"), patience) == 0;
        boolean kmsg = bed.end(bed.shell(group, "(: < /dev/kmsg) 2>/dev/null"), patience) == 0;
        return Verdict.of(
                zero && kmsg == may,
                "/dev/zero %s, /dev/kmsg %s",
                zero ? "allowed" : "denied",
                kmsg ? "allowed" : "denied");
    }

    private Verdict hugePages(ProbeBed bed, String group, Limits limits) throws Exception {
        long pages = limits.hugetlb().getOrDefault("2MB", 0L) / (2 * MIB);
        Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        if (Long.parseLong(Files.readString(free).strip()) < 4) {
            Verdict shown = shown(bed, group, limits);
            return new Verdict(shown.good(), shown.text() + " (no huge pages are set aside here)");
        }
        Path mount = Files.createTempDirectory("bulkhead-huge");
        int status = bed.end(
                bed.shell(
                        group,
                        "unshare -m sh -c 'mount -t hugetlbfs none " + mount + " && fallocate -l " + pages * 2 * MIB
                                + " " + mount + "/a && ! fallocate -l " + 2 * MIB + " " + mount + "/b 2>/dev/null'"),
                Duration.ofMinutes(1));
        Files.delete(mount);
        return Verdict.of(status == 0, "%d pages to be had, one more refused", pages);
    }

    private Verdict frozen(ProbeBed bed, String group, Limits limits) throws Exception {
        bed.shell(group, ProbeBed.BUSY);
        ProbeBed.pause(0.3);
        bed.driver.freeze(group);
        for (int i = 0; i < 500 && !bed.driver.isFrozen(group); i++) {
            ProbeBed.pause(0.01);
        }
        double before = ticks(bed, group);
        ProbeBed.pause(1);
        double still = ticks(bed, group) - before;
        bed.driver.thaw(group);
        ProbeBed.pause(1);
        double on = ticks(bed, group) - before;
        bed.kill(group);
        return Verdict.of(still == 0 && on > 0, "%.2f s of CPU in 1 s frozen, %.2f s thawed", still, on);
    }

    /** CPU time of the group's processes, by their own account: a bare v2 hierarchy has no other. */
    private static double ticks(ProbeBed bed, String group) throws Exception {
        double nanos = 0;
        for (int pid : bed.driver.processes(group)) {
            nanos += Double.parseDouble(
                    bed.linux.readFile("/proc/" + pid + "/schedstat").split(" ", -1)[0]);
        }
        return nanos / 1e9;
    }

    private Verdict counted(ProbeBed bed, String group, Limits limits) throws Exception {
        bed.shell(group, ProbeBed.BUSY);
        ProbeBed.pause(2);
        double own = ticks(bed, group);
        double counted = bed.cpuSeconds(group);
        bed.kill(group);
        return Verdict.of(
                Math.abs(counted - own) < Math.max(0.2, own / 20), "%.2f s counted of %.2f s used", counted, own);
    }

    private Probe.Check member(String hierarchy) {
        return (bed, group, limits) -> {
            Child child = bed.start(group, "/bin/sleep", "100");
            String groups = bed.linux.readFile("/proc/" + child.pid() + "/cgroup");
            bed.kill(group);
            boolean in = groups.lines().anyMatch(line -> line.contains(hierarchy) && line.endsWith("/" + group));
            return Verdict.of(in, in ? "the process is in the group" : "not in the group: " + groups);
        };
    }

    /** What is in force, for limits of what this machine has nothing of. */
    private static Verdict shown(ProbeBed bed, String group, Limits limits) throws Exception {
        StringBuilder text = new StringBuilder("in force: ");
        boolean good = false;
        for (LimitReport report : bed.driver.report(group, limits)) {
            if (!report.key().equals("devices")) {
                good = report.asked().equals(report.written());
                text.append(report.file().getFileName())
                        .append(" = ")
                        .append(report.written())
                        .append(' ');
            }
        }
        return new Verdict(good, text.toString().strip());
    }
}
