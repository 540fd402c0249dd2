package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.kernel.RunningKernel;
import io.bulkhead.libc.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services whose root is nobody on the host. */
@KernelTest
final class UserNamespaceIT {
    private static final long OUTSIDE = 0x70000000L;
    private static final String LOOK_AROUND = """
            while read -r line; do echo "map $line"; done < /proc/self/uid_map
            while read -r key value; do case $key in Cap*|Seccomp:) echo $key$value;; esac; done < /proc/self/status
            echo id $(id -u):$(id -g) groups $(id -G)
            echo owner $(stat -c %u:%g /bin/bash /owned /dev/null | tr '\n' ' ')
            echo made > /made && echo wrote
            echo to-null > /dev/null && read -r -n 4 zero < /dev/urandom && echo devices
            echo again > /dev/stdout
            echo x > /proc/sys/kernel/hostname && echo sysctl written || echo sysctl refused
            mkdir /sys/fs/cgroup/x 2> /dev/null && echo sys written || echo sys refused
            mknod /disk b 8 0 2> /dev/null && echo disk || echo no disk
            echo processes $(ls -d /proc/[0-9]* | wc -l)
            echo interfaces $(ls /sys/class/net)
            echo x > /dev/shm/x && echo shm
            """;

    private static DaemonBed service(DaemonBed bed, String rootfsKeys, String keys, String script) throws Exception {
        if (!keys.contains("idmap = false")) {
            RunningKernel.assumeMapsOwners(bed.work);
        }
        Path rootfs = bed.rootfs(
                "web", "bash", "sleep", "cat", "id", "stat", "tr", "mkdir", "mknod", "ls", "wc", "nice", "rm", "chown");
        Files.writeString(rootfs.resolve("script"), script + "\necho end\nexec sleep 1000\n");
        Files.writeString(rootfs.resolve("owned"), "");
        Files.setAttribute(rootfs.resolve("owned"), "unix:uid", 33);
        Files.setAttribute(rootfs.resolve("owned"), "unix:gid", 34);
        return bed.services("web { rootfs { path = " + rootfs + rootfsKeys + " }\n command = [/bin/bash, /script]\n"
                + "namespaces.user = private\n" + keys + "\n}");
    }

    private static Map<String, Object> owner(Path file) throws Exception {
        return Files.readAttributes(file, "unix:uid,gid");
    }

    @Test
    void rootInsideIsNobodyOutside() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, "", "namespaces.net = private, rlimits.core = 0, nice = -3, oom-score-adjust = 5", LOOK_AROUND)
                    .start();

            String seen = bed.awaitOutput("web", "end\n");
            bed.awaitStatus("web", "RUNNING");

            assertTrue(seen.matches("(?s)map +0 1879048192 +65536\n.*"), seen);
            assertTrue(seen.contains("id 0:0 groups 0\n"), seen);
            // What is on the disk keeps its owners; the host's devices belong to nobody who has a number here.
            assertTrue(seen.contains("owner 0:0 33:34 65534:65534"), seen);
            for (String line :
                    new String[] {"wrote", "devices", "again", "sysctl refused", "sys refused", "no disk", "shm"}) {
                assertTrue(seen.contains("\n" + line + "\n"), () -> line + " in " + seen);
            }
            assertTrue(seen.contains("interfaces lo\n"), seen);
            // The usual ones and no others, in its own namespace.
            assertTrue(seen.contains("CapEff:00000000a80425fb\nCapBnd:00000000a80425fb\n"), seen);
            assertTrue(seen.contains("Seccomp:2\n"), seen);
            Path rootfs = bed.work.resolve("rootfs/web");
            assertEquals(Map.of("uid", 0, "gid", 0), owner(rootfs.resolve("made")));
            Path process = Path.of("/proc", Long.toString(bed.pid("web")));
            assertEquals(Map.of("uid", (int) OUTSIDE, "gid", (int) OUTSIDE), owner(process));
            assertEquals("5", Files.readString(process.resolve("oom_score_adj")).strip());
            assertEquals("-3", Files.readString(process.resolve("stat")).split(" ", -1)[18]);
            for (String kind : new String[] {"user", "pid", "mnt", "uts", "ipc", "net", "cgroup"}) {
                assertNotEquals(
                        Files.readSymbolicLink(Path.of("/proc/self/ns", kind)),
                        Files.readSymbolicLink(process.resolve("ns").resolve(kind)),
                        kind);
            }
        }
    }

    /** First the one that makes the owners of files, then the service's own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aDaemonThatDiesWhileAChildWaitsForItLeavesNothingBehind(int nth) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, "", "", "");
            Process daemon = bed.startAs(InterruptedDaemon.at(Checkpoint.OWNER_ASKED, nth));
            assertTrue(daemon.waitFor(20, TimeUnit.SECONDS), bed::daemonLog);
            bed.forgetDaemon();

            bed.start();

            bed.awaitStatus("web", "RUNNING");
            assertEquals("end\n", bed.awaitOutput("web", "end\n"));
        }
    }

    @Test
    void theHostsNetworkAndInitAndAnotherUserGoWithIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, "", """
                            user = "33", group = "34", groups = [35], init = true, capabilities.add = [NET_BIND_SERVICE]
                            user-namespace { uid-map = [{ inside = 0, outside = 200000, size = 100 }]
                              gid-map = [{ inside = 0, outside = 300000, size = 100 }] }
                            """, """
                            echo id $(id -u):$(id -g) groups $(id -G); echo again > /dev/stdout
                            echo groups $(ls /sys/fs/cgroup | wc -l)
                            echo x > /owned && echo wrote
                            """ + LOOK_AROUND).start();

            String seen = bed.awaitOutput("web", "end\n");
            bed.awaitStatus("web", "RUNNING");

            assertTrue(seen.startsWith("id 33:34 groups 34 35\nagain\ngroups 0\nwrote\n"), seen);
            assertTrue(seen.contains("CapEff:0000000000000400\n"), seen);
            assertEquals(
                    Map.of("uid", 200_033, "gid", 300_034), owner(Path.of("/proc", Long.toString(bed.pid("web")))));
            assertEquals(
                    "33 34",
                    bed.done("exec", "web", "--", "/bin/bash", "-c", "echo $(id -u) $(id -g)")
                            .strip());
            bed.done("restart", "web");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("tail", "-1000000", "web").out().split("end\n", -1).length == 3);
        }
    }

    @Test
    void mountsKeepTheirOwners() throws Exception {
        RunningKernel.assume(6, 3, "an idmapped tmpfs");
        try (DaemonBed bed = new DaemonBed();
                HostMount below = HostMount.tmpfs(Files.createDirectories(bed.work.resolve("data/below")))) {
            Path data = bed.work.resolve("data");
            Files.writeString(data.resolve("file"), "");
            Files.setAttribute(data.resolve("file"), "unix:uid", 33);
            service(
                            bed,
                            ", readonly = true",
                            "mounts = [{ source = data, target = /data }, { source = data, target = /locked, readonly = true }\n"
                                    + "{ type = tmpfs, target = /tmp }]",
                            """
                            stat -c %u /data /data/file /data/below
                            echo x > /data/new && echo x > /data/below/new && echo written
                            echo x > /locked/new || echo refused
                            echo x > /x || echo refused
                            chown 7 /data/new && echo x > /tmp/x && echo given
                            """)
                    .start();

            String seen = bed.awaitOutput("web", "end\n");

            assertTrue(seen.startsWith("0\n33\n0\nwritten\n"), seen);
            assertEquals(2, seen.split("refused", -1).length - 1, seen);
            assertTrue(seen.contains("given\n"), seen);
            assertEquals(7, owner(data.resolve("new")).get("uid"));
            assertEquals(0, owner(below.directory().resolve("new")).get("uid"));
        }
    }

    @Test
    void aLayerInMemoryLiesOverTheRoot() throws Exception {
        RunningKernel.assume(6, 6, "attributes of users in a tmpfs");
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, ", overlay = true", "", """
                    echo x > /new && rm /owned && mkdir /owned && stat -c %u /bin/bash /owned && echo changed
                    """).start();

            String seen = bed.awaitOutput("web", "end\n");

            assertTrue(seen.startsWith("0\n0\nchanged\n"), seen);
            assertTrue(Files.isRegularFile(bed.work.resolve("rootfs/web/owned")));
            assertFalse(Files.exists(bed.work.resolve("rootfs/web/new")));
        }
    }

    @Test
    void withoutIdmapTheFilesBelongToTheNumbersOutside() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(
                    bed,
                    "",
                    "user-namespace.idmap = false",
                    "stat -c %u /bin/bash /owned; echo x > /owned && echo wrote");
            Files.setAttribute(bed.work.resolve("rootfs/web/owned"), "unix:uid", (int) OUTSIDE + 5);
            for (String directory : new String[] {"dev", "proc", "sys"}) {
                Files.createDirectories(bed.work.resolve("rootfs/web").resolve(directory));
            }
            bed.start();

            String seen = bed.awaitOutput("web", "end\n");

            assertTrue(seen.startsWith("65534\n5\nwrote\n") || seen.startsWith("65534\n5\n/script"), seen);
        }
    }

    @Test
    void whatCannotBeIsSaid() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            service(bed, "", "autostart = false, restart.policy = never, user = \"70000\"", "")
                    .start();
            assertEquals(7, bed.ctl("start", "web").code());
            assertTrue(bed.status("web").contains("user 70000 is not in user-namespace.uid-map"), bed.status("web"));
        }
        try (DaemonBed bed = new DaemonBed()) {
            service(
                            bed,
                            "",
                            "autostart = false, restart.policy = never, mounts = [{ source = /proc/sys, target = /data }]",
                            "")
                    .start();
            assertEquals(7, bed.ctl("start", "web").code());

            assertTrue(
                    bed.status("web")
                            .contains("mount_setattr MOUNT_ATTR_IDMAP /proc/sys: EINVAL (Invalid argument); where"),
                    bed.status("web"));
        }
    }

    @Test
    void aPrivateNetworkIsReached() throws Exception {
        try (TestBridge bridge = TestBridge.make();
                DaemonBed bed = new DaemonBed()) {
            service(
                            bed,
                            "",
                            "namespaces.net = private, net { bridge = " + bridge.name()
                                    + ", address = 198.51.100.5/24 }",
                            "cat /proc/net/route")
                    .start();

            String seen = bed.awaitOutput("web", "end\n");

            assertTrue(seen.contains("eth0\t006433C6\t"), seen);
            bed.done("stop", "web");
            await().atMost(DaemonBed.PATIENCE).until(() -> bridge.ports().isEmpty());
        }
    }
}
