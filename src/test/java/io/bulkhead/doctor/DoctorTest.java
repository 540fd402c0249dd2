package io.bulkhead.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.doctor.Finding.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DoctorTest {
    private static final List<String> V1 = List.of(
            "cpu",
            "cpuacct",
            "cpuset",
            "memory",
            "devices",
            "freezer",
            "blkio",
            "pids",
            "net_cls",
            "net_prio",
            "perf_event",
            "hugetlb",
            "rdma",
            "misc");

    @TempDir
    Path directory;

    private FolderHost host;

    @BeforeEach
    void makeHost() throws IOException {
        host = new FolderHost(directory);
    }

    @Test
    void saysOfEveryControllerOfV1AndV2HowItIs() {
        List<String> named = examine().stream()
                .filter(finding -> finding.area().equals("controllers"))
                .map(Finding::name)
                .toList();

        assertTrue(named.containsAll(V1), named::toString);
        assertTrue(named.contains("dmem"), named::toString);
    }

    @Test
    void unifiedHostLacksOnlyWhatIsOfV1Alone() {
        assertEquals("unified: v2 at /sys/fs/cgroup", finding("layout").detail());
        assertEquals(
                Map.of("net_cls", Verdict.LIMITED, "net_prio", Verdict.LIMITED),
                examine().stream()
                        .filter(finding -> finding.verdict() != Verdict.OK)
                        .collect(Collectors.toMap(Finding::name, Finding::verdict)));
        assertEquals("v2, as io: disk I/O", finding("blkio").detail());
        assertEquals("v2, by cpu.stat: figures of CPU time", finding("cpuacct").detail());
        assertTrue(Finding.canWork(examine()));
    }

    @Test
    void hybridHostUsesTheMountsOfV1() throws IOException {
        host.mounts("hybrid");

        assertEquals(
                "hybrid: v1, and v2 at /sys/fs/cgroup/unified",
                finding("layout").detail());
        assertEquals(
                "v1, /sys/fs/cgroup/memory: memory and swap", finding("memory").detail());
        assertEquals(Verdict.OK, finding("birth in the group").verdict());
    }

    @Test
    void legacyHostKillsByFreezing() throws IOException {
        host.mounts("legacy");

        assertEquals("legacy: v1", finding("layout").detail());
        assertEquals(Verdict.LIMITED, finding("cgroup.kill").verdict());
        assertTrue(finding("cgroup.kill").remedy().contains("mount -t cgroup2"), finding("cgroup.kill")::remedy);
        assertTrue(Finding.canWork(examine()));
    }

    @Test
    void controllerThatIsNotMountedCanBe() throws IOException {
        host.mounts("hybrid");
        host.write("/proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\nnet_cls\t0\t1\t1");

        assertEquals(
                "mount -t cgroup -o net_cls cgroup /sys/fs/cgroup/net_cls",
                finding("net_cls").remedy());
    }

    @Test
    void controllerThatIsOffSinceBoot() throws IOException {
        host.write("/sys/fs/cgroup/cgroup.controllers", "cpu pids");
        host.write("/proc/cgroups", "memory\t0\t1\t0");

        assertEquals("off since boot: no memory and swap", finding("memory").detail());
        assertEquals(
                "boot without cgroup_disable=memory, or with cgroup_enable=memory",
                finding("memory").remedy());
    }

    @Test
    void controllerThatTheKernelLacks() throws IOException {
        host.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids");

        assertEquals("a kernel with CONFIG_CGROUP_RDMA", finding("rdma").remedy());
    }

    @Test
    void devicesOfV2WantBpf() throws IOException {
        assertEquals(Verdict.OK, finding("devices").verdict());
        host.write("/boot/config-6.18.0-test", "#\nCONFIG_CGROUP_DEVICE=y\n");

        assertEquals("a kernel with CONFIG_CGROUP_BPF", finding("devices").remedy());
        host.write("/boot/config-6.18.0-test", "#\nCONFIG_CGROUP_BPF=y\n");

        assertEquals(Verdict.OK, finding("devices").verdict());
    }

    @Test
    void controllerThatIsNotHandedDown() throws IOException {
        host.write("/sys/fs/cgroup/cgroup.controllers", "cpu pids");
        host.write("/proc/cgroups", "memory\t0\t1\t1");

        assertTrue(finding("memory").remedy().contains("Delegate=yes"), finding("memory")::remedy);
    }

    @ParameterizedTest
    @CsvSource({"5.9.16, MISSING", "5.10.0, OK", "4.19.0-26-amd64, MISSING", "6.1.0-18-amd64, OK", "10.0, OK"})
    void wantsLinux510(String release, Verdict verdict) throws IOException {
        host.write("/proc/sys/kernel/osrelease", release);

        assertEquals(verdict, finding("version").verdict());
    }

    @Test
    void withoutAnyCgroupsItCannotWork() throws IOException {
        host.write("/proc/self/mountinfo", "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw");

        assertFalse(Finding.canWork(examine()));
        assertEquals(
                "mount -t cgroup2 cgroup2 /sys/fs/cgroup", finding("layout").remedy());
    }

    @Test
    void withoutClone3ItCannotWork() {
        host.unknownCalls.add(435);

        assertEquals("ENOSYS: clone3", finding("system calls").detail());
        assertEquals(Verdict.MISSING, finding("system calls").verdict());
    }

    @Test
    void olderKernelsCannotTellExits() {
        host.tellsExits = false;

        assertEquals("Linux 6.15 or later", finding("pidfd exit status").remedy());
        assertTrue(Finding.canWork(examine()));
    }

    @Test
    void initramfsCannotBePivotedAway() throws IOException {
        host.write(
                "/proc/self/mountinfo",
                "1 1 0:2 / / rw - rootfs none rw\n31 1 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");

        assertEquals(Verdict.LIMITED, finding("pivot_root").verdict());
        assertEquals(Verdict.OK, finding("layout").verdict());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid", "mnt"})
    void someNamespacesAreNeeded(String kind) throws IOException {
        host.delete("/proc/self/ns/" + kind);

        assertFalse(Finding.canWork(examine()));
    }

    @Test
    void namespacesCanBeForbiddenByLimit() throws IOException {
        host.write("/proc/sys/user/max_user_namespaces", "0");

        assertEquals("sysctl -w user.max_user_namespaces=4096", finding("user").remedy());
    }

    @Test
    void namesCapabilitiesThatAreMissing() throws IOException {
        host.write("/proc/self/status", "CapEff:\t000001fffeffffff\nCapBnd:\t000001ffffdfffff");

        assertEquals(Verdict.LIMITED, finding("CAP_SYS_RESOURCE").verdict());
        host.user = 1000;
        assertEquals(Verdict.MISSING, finding("CAP_SYS_ADMIN").verdict());
    }

    @Test
    void looksAtTheUnit() throws IOException {
        host.write("/run/systemd/system/x", "");
        host.commands.put("systemctl --version", "systemd 252 (252.30-1~deb12u2)\n+PAM");

        assertTrue(Doctor.examine(host, "17", "/java", "").contains(Finding.ok("systemd", "version", "252")));
        assertEquals("there is no bulkhead.service", finding("unit").detail());
        host.commands.put(
                "systemctl show -p LoadState,ActiveState,Delegate bulkhead.service",
                "LoadState=loaded\nActiveState=active\nDelegate=no");
        assertEquals("bulkhead.service is active", finding("unit").detail());
        assertTrue(finding("delegation").remedy().startsWith("Delegate=yes"), finding("delegation")::remedy);
    }

    @Test
    void looksForTheArchiveOfItsJava() throws IOException {
        assertEquals(Verdict.OK, finding("class-data archive").verdict());
        host.delete(FolderHost.ARCHIVE);

        assertEquals(
                "sh /usr/lib/bulkhead/lib/archive.sh",
                finding("class-data archive").remedy());
    }

    /** Whatever the host, each finding that isn't all right says how to make it so. */
    @Test
    void everyLackHasItsRemedy() throws IOException {
        FolderHost bare = new FolderHost(directory.resolve("bare"));
        for (String file :
                List.of("/proc/pressure/cpu", "/proc/filesystems", "/proc/sys/kernel/seccomp/actions_avail")) {
            bare.delete(file);
        }
        bare.write("/sys/fs/cgroup/cgroup.controllers", "");
        bare.write("/proc/self/status", "CapEff:\t0");
        bare.tellsExits = false;

        for (Finding finding : Doctor.examine(bare, "17.0.1", "/java", "/lib/supervisord-17.0.1.jsa")) {
            assertEquals(finding.verdict() == Verdict.OK, finding.remedy().isEmpty(), finding::toString);
        }
    }

    private Finding finding(String name) {
        return examine().stream()
                .filter(finding -> finding.name().equals(name)
                        && !(name.equals("version") && !finding.area().equals("kernel")))
                .filter(finding -> !(name.equals("freezer") && finding.area().equals("cgroups")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no finding " + name));
    }

    private List<Finding> examine() {
        return Doctor.examine(host, "17.0.1", "/usr/lib/jvm/java", FolderHost.ARCHIVE);
    }

    @Test
    void aUserWhoIsNotRootLearnsWhatItWouldHave() throws IOException {
        host.user = 1000;
        host.write("/proc/self/cgroup", "0::/user.slice/bulkhead\n");
        assertEquals(Verdict.OK, finding("user namespaces").verdict());
        assertEquals(
                "none is delegated to user 1000: no limits, no pausing",
                finding("cgroup", "without root").detail());

        String group = "/sys/fs/cgroup/user.slice/bulkhead";
        host.write(group + "/cgroup.controllers", "memory pids");
        host.writable.addAll(List.of(group, group + "/cgroup.procs"));
        assertEquals(
                group + ", with limits of memory pids",
                finding("cgroup", "without root").detail());

        host.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1");
        assertEquals(
                "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
                finding("user namespaces").remedy());
        host.write("/proc/sys/kernel/unprivileged_userns_clone", "0");
        assertEquals(
                "sysctl -w kernel.unprivileged_userns_clone=1",
                finding("user namespaces").remedy());
    }

    private Finding finding(String name, String area) {
        return examine().stream()
                .filter(finding -> finding.name().equals(name) && finding.area().equals(area))
                .findFirst()
                .orElseThrow();
    }
}
