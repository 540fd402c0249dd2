package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon of a user who isn't root, with a cgroup of its own and without one. */
@KernelTest
final class RootlessIT {
    private static Delegation delegation(boolean group) throws Exception {
        return group ? Delegation.ofGroup() : Delegation.nothing();
    }

    private static Path rootfs(DaemonBed bed) throws Exception {
        return bed.rootfs("web", "bash", "sleep", "cat", "id", "ls", "mkdir", "stat");
    }

    private static DaemonBed service(DaemonBed bed, Path rootfs, String keys, String script) throws Exception {
        Files.writeString(rootfs.resolve("script"), script + "\necho end\nexec sleep 1000\n");
        return bed.settings("cgroup.parent = auto")
                .services("web { rootfs = " + rootfs + "\ncommand = [/bin/bash, /script]\n"
                        + "restart.backoff.initial = 0 ms\n" + keys + "\n}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servicesRunAndAreContained(boolean group) throws Exception {
        try (Delegation user = delegation(group);
                DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            Files.createDirectories(rootfs.resolve("etc"));
            Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\nwheel:x:10:root\n");
            service(bed, rootfs, "namespaces.net = private", """
                    while read -r line; do echo map $line; done < /proc/self/uid_map
                    echo id $(id -u):$(id -g)
                    echo processes $(ls -d /proc/[0-9]*)
                    echo interfaces $(ls /sys/class/net)
                    echo x > /made && echo x > /dev/null && echo again > /dev/stdout && echo wrote
                    ls /work 2> /dev/null || echo nothing of the host
                    """);
            user.start(bed);

            String seen = bed.awaitOutput("web", "end\n");
            bed.awaitStatus("web", "RUNNING");

            assertTrue(seen.startsWith("map 0 65534 1\nid 0:0\n"), seen);
            assertTrue(seen.contains("again\nwrote\nnothing of the host\n"), seen);
            assertTrue(seen.contains("interfaces lo\n"), seen);
            Path process = Path.of("/proc", Long.toString(bed.pid("web")));
            assertEquals(Delegation.USER, Files.getAttribute(process, "unix:uid"));
            String inspection = bed.done("inspect", "web");
            assertTrue(inspection.contains("{inside = 0, outside = 65534, size = 1}"), inspection);
            assertTrue(
                    bed.daemonLog().contains("user 65534 is not root: every service has a user namespace"),
                    bed.daemonLog());
            assertEquals("0", bed.done("exec", "web", "--", "/bin/id", "-u").strip());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servicesAreRestartedReloadedAdoptedAndStopped(boolean group) throws Exception {
        try (Delegation user = delegation(group);
                DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            service(bed, rootfs, "", "sleep 999 & echo begun");
            user.start(bed);
            bed.awaitOutput("web", "end\n");
            bed.awaitStatus("web", "RUNNING");
            long first = bed.pid("web");

            DaemonBed.signal("KILL", first);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("web") != first && bed.pid("web") != 0);
            bed.awaitStatus("web", "RUNNING");
            long second = bed.pid("web");

            bed.killDaemon();
            user.start(bed);
            bed.awaitStatus("web", "RUNNING");
            assertEquals(second, bed.pid("web"));

            service(bed, rootfs, "environment { A = changed }", "echo $A");
            bed.done("reload");
            bed.awaitOutput("web", "changed\n");

            bed.awaitStatus("web", "RUNNING");
            Path process = Path.of("/proc", Long.toString(bed.pid("web")));
            bed.done("stop", "web");
            assertTrue(!Files.exists(process));
            assertTrue(bed.status("web").startsWith("STOPPED"), bed.status("web"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servicesAreAskedInTheirOwnNetworks(boolean group) throws Exception {
        String server =
                "socket(S, 2, 1, 0); bind(S, pack('Sna4x8', 2, 8080, pack('C4', 127, 0, 0, 1))) or die; listen(S, 5);"
                        + " while (accept(C, S)) { sysread(C, $head, 9); syswrite(C, qq(HTTP/1.1 204 OK\\r\\n\\r\\n)); close(C); }";
        try (Delegation user = delegation(group);
                DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "perl");
            bed.settings("cgroup.parent = auto")
                    .services("web { rootfs = " + rootfs + ", command = [/bin/perl, -e, \""
                            + server + "\"]\nnamespaces.net = private\nstart.ready.tcp = 8080\n"
                            + "health { http = \"http://127.0.0.1:8080/\", interval = 100 ms } }");
            user.start(bed);

            bed.awaitStatus("web", "RUNNING");
            awaitInspection(bed, "healthy: http GET /: 204");
            // The children that ask share its memory: had they made it undumpable, the files of its process were
            // root's. proc(5)
            Path daemon = Path.of("/proc", Long.toString(bed.daemonPid()), "maps");
            assertEquals(Delegation.USER, Files.getAttribute(daemon, "unix:uid"));
            bed.killDaemon();
            user.start(bed);
            awaitInspection(bed, "healthy: http GET /: 204");
        }
    }

    private static void awaitInspection(DaemonBed bed, String text) {
        await().atMost(DaemonBed.PATIENCE)
                .untilAsserted(() -> assertTrue(bed.done("inspect", "web").contains(text), bed.done("inspect", "web")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void secretsOfItsOwnUserAreGiven(boolean group) throws Exception {
        try (Delegation user = delegation(group);
                DaemonBed bed = new DaemonBed()) {
            Path secret = Files.writeString(bed.work.resolve("pw"), "quiet\n");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
            service(bed, rootfs(bed), "secrets { pw = pw, PW { source = pw, type = env } }", """
                    [ "$PW" = "$(cat /run/secrets/pw)" ] && echo same ${#PW}
                    stat -c '%a %u' /run/secrets/pw
                    echo x > /run/secrets/pw || echo refused
                    """);

            user.start(bed);

            String seen = bed.awaitOutput("web", "end\n");
            assertTrue(seen.contains("same 5\n400 0\n"), seen);
            assertTrue(seen.contains("refused\nend\n"), seen);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCannotBeGivenIsRefusedWithItsPlace(boolean group) throws Exception {
        try (Delegation user = delegation(group);
                DaemonBed bed = new DaemonBed()) {
            service(
                    bed,
                    rootfs(bed),
                    "net.bridge = br0\nnet.address = 198.51.100.5/24\nnamespaces { net = private }\nnet.class-id = 0x100001\ngroups = [audio]",
                    "");
            user.start(bed);

            assertTrue(bed.status("web").startsWith("FATAL"), bed.status("web"));
            String errors = bed.ctl("reload").err();
            for (String problem : List.of(
                    ":11: services.web.net.bridge: a daemon that isn't root can connect nothing to a bridge",
                    "services.web.net.class-id: net.class-id needs the net_cls controller, which this host doesn't offer",
                    "a daemon that isn't root has what is delegated to it",
                    ":15: services.web.groups: audio: a daemon that isn't root can give no groups")) {
                assertTrue(errors.contains(problem), () -> problem + " in " + errors);
            }
        }
    }
}
