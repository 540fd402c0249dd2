package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a service sees of itself and of the host. */
@KernelTest
final class ContainmentIT {
    private static final String LOOK_AROUND = """
            say() { echo "$1=$2"; }
            say pid $$
            say hostname "$HOSTNAME"
            say cwd "$PWD"
            say umask "$(umask)"
            say uid "$(id -u)" ; say gid "$(id -g)" ; say groups "$(id -G)"
            say nofile "$(ulimit -n)"
            say root "$(ls / | tr '\\n' ' ')"
            say dev "$(ls /dev | tr '\\n' ' ')"
            ls /proc/$$/fd > /fds; say fds "$(tr '\\n' ' ' < /fds)"
            say processes "$(ls -d /proc/[0-9]* | wc -l)"
            say environment "$(env | sort | grep -v '^_=' | tr '\\n' ' ')"
            say cgroups "$(cut -d: -f3 /proc/self/cgroup | sort -u | tr '\\n' ' ')"
            say interfaces "$(ls /sys/class/net | tr '\\n' ' ')"
            say score "$(cat /proc/self/oom_score_adj)"
            say nice "$(nice)"
            [ -e /proc/kcore ] && say kcore "$(wc -c < /proc/kcore)" || say kcore 0
            say session "$(cut -d' ' -f6 /proc/$$/stat)"
            while read -r key value; do case $key in CapEff:|CapBnd:|NoNewPrivs:|SigBlk:|SigIgn:) say "$key" "$value";; esac; done < /proc/self/status
            echo x > /proc/sys/kernel/hostname && say sysctl written || say sysctl refused
            mkdir /sys/fs/cgroup/x 2>/dev/null && say sys written || say sys refused
            echo to-null > /dev/null && say null fine
            read -r -n 4 zero < /dev/urandom; say urandom fine
            mkdir /dev/shm/x && say shm fine
            mknod /disk b 8 0 2>/dev/null && cat /disk > /dev/null 2>&1 && say disk reached || say disk refused
            echo end
            exec sleep 1000
            """;

    private static Map<String, String> lookAround(DaemonBed bed, String keys) throws Exception {
        Path rootfs = bed.rootfs(
                "web", "bash", "ls", "sleep", "cat", "id", "env", "sort", "grep", "tr", "wc", "cut", "nice", "mkdir",
                "mknod");
        Files.createDirectories(rootfs.resolve("etc"));
        Files.createDirectories(rootfs.resolve("srv"));
        Files.writeString(rootfs.resolve("etc/passwd"), "root:x:0:0::/:/bin/bash\nweb:x:1234:1235::/srv:/bin/bash\n");
        Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\nweb:x:1235:\nextra:x:1236:web\nmore:x:1237:\n");
        Files.writeString(rootfs.resolve("look"), LOOK_AROUND);
        bed.services("web { rootfs = " + rootfs + "\n command = [/bin/bash, /look]\n" + keys + "\n}")
                .start();
        Map<String, String> seen = new TreeMap<>();
        for (String line : bed.awaitOutput("web", "\nend\n").lines().toList()) {
            int equals = line.indexOf('=');
            seen.put(
                    equals < 0 ? line : line.substring(0, equals),
                    line.substring(equals + 1).strip());
        }
        return seen;
    }

    @Test
    void aServiceIsAloneInItsRoot() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Map<String, String> seen = lookAround(bed, "namespaces.net = private, environment { LANG = C.UTF-8 }");

            assertEquals("1", seen.get("pid"));
            assertEquals("web", seen.get("hostname"));
            assertEquals("/", seen.get("cwd"));
            assertEquals("0022", seen.get("umask"));
            assertEquals("0", seen.get("uid"));
            assertEquals("0", seen.get("groups"));
            assertEquals("1", seen.get("session"));
            assertEquals("1024", seen.get("nofile"));
            assertEquals("0", seen.get("score"));
            assertEquals("lo", seen.get("interfaces"));
            assertEquals("/", seen.get("cgroups"));
            // 255 is bash's own script.
            assertEquals("0 1 2 255", seen.get("fds"));
            // Itself, the subshell and the pipe's ends: nobody else's.
            assertTrue(Integer.parseInt(seen.getOrDefault("processes", "99")) <= 4, seen::toString);
            assertEquals(
                    "HOME=/ LANG=C.UTF-8 LOGNAME=root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
                            + " PWD=/ SHLVL=1 USER=root",
                    seen.getOrDefault("environment", "").replaceAll("SHLVL=[0-9]", "SHLVL=1"));
            for (String name : Arrays.asList(
                    "null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd", "stdin", "stdout",
                    "stderr")) {
                assertTrue(
                        Arrays.asList(seen.getOrDefault("dev", "").split(" ")).contains(name), name);
            }
        }
    }

    @Test
    void everyStartHasANetworkOfItsOwn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "bash", "cat", "sleep");
            bed.services("web { rootfs = " + rootfs + ", namespaces.net = private, start.ready-after = 0 s\n"
                            + "command = [/bin/bash, -c, \"cat /sys/class/net/*/flags; exec sleep 1000\"] }")
                    .start();
            Set<String> networks = new HashSet<>();
            // A namespace's number is another's as soon as it is gone; held open, it stays.
            List<InputStream> held = new ArrayList<>();

            networks.add(namespace("self", "net"));
            for (int i = 1; i <= 4; i++) {
                // UP and LOOPBACK, of the one interface there is.
                bed.awaitOutput("web", "0x9\n".repeat(i));
                // It may write before the daemon has taken notice that it runs.
                bed.awaitStatus("web", "RUNNING");
                held.add(Files.newInputStream(Path.of("/proc/" + bed.pid("web") + "/ns/net")));
                networks.add(namespace(Long.toString(bed.pid("web")), "net"));
                bed.done("restart", "web");
            }
            for (InputStream namespace : held) {
                namespace.close();
            }

            assertEquals(5, networks.size(), networks::toString);
        }
    }

    @Test
    void aServiceHasNoPowerOverTheHost() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Map<String, String> seen = lookAround(bed, "");

            long effective = Long.parseUnsignedLong(seen.getOrDefault("CapEff:", "ff"), 16);
            assertEquals(0, effective & ~0xa80425fbL, "more than Docker's default set: " + seen.get("CapEff:"));
            assertTrue((effective & 1) != 0, "CAP_CHOWN is in the default set");
            assertEquals(seen.get("CapEff:"), seen.get("CapBnd:"));
            assertEquals("1", seen.get("NoNewPrivs:"));
            assertEquals("0000000000000000", seen.get("SigBlk:"));
            // SIGQUIT, which bash ignores by itself.
            assertEquals("0000000000000004", seen.get("SigIgn:"));
            assertEquals("refused", seen.get("sysctl"));
            assertEquals("refused", seen.get("sys"));
            assertEquals("refused", seen.get("disk"));
            assertEquals("0", seen.get("kcore"));
            assertEquals("fine", seen.get("null"));
            assertEquals("fine", seen.get("urandom"));
            assertEquals("fine", seen.get("shm"));
        }
    }

    @Test
    void whoItRunsAsIsLookedUpInItsRoot() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Map<String, String> seen = lookAround(
                    bed,
                    "user = web, groups = [more], workdir = /srv, umask = \"0027\", nice = 5, oom-score-adjust = 500\n"
                            + "rlimits { nofile = 100, core { soft = 0, hard = 0 } }");

            assertEquals("1234", seen.get("uid"));
            assertEquals("1235", seen.get("gid"));
            assertTrue(seen.getOrDefault("groups", "").matches("1235 .*\\b1237\\b.*"), seen.get("groups"));
            assertEquals("/srv", seen.get("cwd"));
            assertEquals("0027", seen.get("umask"));
            assertEquals("100", seen.get("nofile"));
            assertEquals("500", seen.get("score"));
            assertEquals("5", seen.get("nice"));
            assertEquals("0000000000000000", seen.get("CapEff:"));
            assertTrue(seen.getOrDefault("environment", "").contains("HOME=/srv LOGNAME=web"), seen::toString);
        }
    }

    @Test
    void chrootIsUsedWhereAskedAndCannotBeLeft() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Map<String, String> seen = lookAround(bed, "root-switch = chroot");

            assertEquals("1", seen.get("pid"));
            assertFalse(seen.getOrDefault("root", "").contains("boot"), seen.get("root"));
            // CAP_SYS_CHROOT (18) would be the way out.
            long effective = Long.parseUnsignedLong(seen.getOrDefault("CapEff:", "ff"), 16);
            assertEquals(0, effective & 1L << 18);
            // Even for one who can walk up: above the root is the root, for it was moved over the old one.
            Path root = Path.of("/proc/" + bed.pid("web") + "/root");
            assertTrue(Files.exists(root.resolve("look")));
            assertTrue(Files.exists(root.resolve("../../../look")));
        }
    }

    @Test
    void namespacesAreSharedWithTheHostWhereAsked() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Map<String, String> seen =
                    lookAround(bed, "namespaces { pid = host, uts = host, ipc = host, cgroup = host }");

            assertEquals(Long.toString(bed.pid("web")), seen.get("pid"));
            for (String kind : Arrays.asList("pid", "uts", "ipc", "cgroup", "net")) {
                assertEquals(namespace("self", kind), namespace(Long.toString(bed.pid("web")), kind), kind);
            }
            assertFalse(namespace("self", "mnt").equals(namespace(Long.toString(bed.pid("web")), "mnt")));
        }
    }

    private static String namespace(String process, String kind) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns", kind)).toString();
    }
}
