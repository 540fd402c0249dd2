package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a service may ask of the kernel. */
@KernelTest
final class ConfinementIT {
    private static final String STATUS =
            "while read -r key value; do case $key in Cap*|Seccomp:) echo $key$value;; esac; done < /proc/self/status;";

    /** What a script of bash prints in a service with {@code keys}, up to its last line {@code end}. */
    private static String run(DaemonBed bed, String keys, String script) throws Exception {
        Path rootfs = bed.rootfs("web", "bash", "sleep", "mkdir", "unshare", "mount", "date", "nice", "true");
        Files.writeString(rootfs.resolve("script"), script + "\necho end\nexec sleep 1000\n");
        bed.services("web { rootfs = " + rootfs + "\n command = [/bin/bash, /script]\n" + keys + "\n}")
                .start();
        return bed.awaitOutput("web", "end\n");
    }

    @Test
    void theDefaultProfileBlocksAndAllows() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            String seen = run(bed, "", STATUS + """
                    unshare --user true && echo unshared
                    unshare --mount true && echo unshared
                    date -s @0 && echo time set
                    mkdir /made && echo made
                    """);

            assertTrue(seen.contains("Seccomp:2\n"), seen);
            assertTrue(seen.contains("unshare: unshare failed: Operation not permitted"), seen);
            assertTrue(!seen.contains("unshared") && !seen.contains("time set"), seen);
            assertTrue(seen.contains("made\n"), seen);
        }
    }

    @Test
    void unconfinedHasNoFilter() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            String seen = run(bed, "seccomp = unconfined", STATUS + "unshare --user true && echo unshared\n");

            assertTrue(seen.contains("Seccomp:0\n"), seen);
            assertTrue(seen.contains("unshared\n"), seen);
        }
    }

    @Test
    void aProfileOfTheOperatorsBlocksAndAllows() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Files.writeString(bed.conf.resolveSibling("profile.json"), """
                    {
                      "defaultAction": "SCMP_ACT_ALLOW",
                      "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
                      "syscalls": [
                        {"names": ["mkdir", "mkdirat", "nosuchcall"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
                        {"names": ["setpriority"], "action": "SCMP_ACT_ERRNO",
                         "args": [{"index": 2, "value": 7, "op": "SCMP_CMP_EQ"}]}
                      ]
                    }
                    """);
            String seen = run(bed, "seccomp = profile.json", """
                    mkdir /made
                    nice -n 7 true && echo seven
                    nice -n 8 true && echo eight
                    """);

            assertTrue(seen.contains("mkdir: cannot create directory '/made': No space left on device"), seen);
            assertTrue(seen.contains("cannot set niceness"), seen);
            assertTrue(seen.contains("eight\n"), seen);
        }
    }

    @Test
    void withoutNoNewPrivilegesTheFilterHoldsAsWell() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            String seen = run(bed, "no-new-privileges = false, user = \"1000\"", STATUS + "unshare --user true\n");

            assertTrue(seen.contains("Seccomp:2\n"), seen);
            assertTrue(seen.contains("Operation not permitted"), seen);
        }
    }

    @Test
    void rootHasWhatIsAddedAndNotWhatIsDropped() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            String seen = run(
                    bed,
                    "capabilities { add = [NET_ADMIN, sys_admin], drop = [ALL] }",
                    STATUS + "mount -t tmpfs none /tmp && echo mounted\n");

            // 12 and 21, and with the capability, the calls that it is for.
            assertTrue(seen.contains("CapEff:0000000000201000\n"), seen);
            assertTrue(seen.contains("CapBnd:0000000000201000\n"), seen);
            assertTrue(seen.contains("mounted\n"), seen);
        }
    }

    @Test
    void anotherUserHoldsWhatIsAdded() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            String seen = run(
                    bed,
                    "user = \"1000\", capabilities.add = [NET_BIND_SERVICE]",
                    STATUS + "exec 3<>/dev/tcp/127.0.0.1/1 2>/dev/null\n");

            assertTrue(seen.contains("CapEff:0000000000000400\n"), seen);
            assertTrue(seen.contains("CapAmb:0000000000000400\n"), seen);
        }
    }

    @Test
    void aProfileThatIsTooLongFailsTheStart() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            StringBuilder rules = new StringBuilder();
            for (int i = 0; i < 1_000; i++) {
                rules.append(i == 0 ? "" : ",")
                        .append(
                                "{\"names\": [\"dup\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": ")
                        .append(i)
                        .append(", \"op\": \"SCMP_CMP_EQ\"}]}");
            }
            Files.writeString(
                    bed.conf.resolveSibling("long.json"),
                    "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [" + rules + "]}");
            Path rootfs = bed.rootfs("web", "sleep");
            bed.services("web { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], seccomp = long.json\n"
                            + "restart.policy = never, autostart = false }")
                    .start();

            assertEquals(7, bed.ctl("start", "web").code());
            assertTrue(bed.status("web").contains("the kernel takes 4096"), bed.status("web"));
        }
    }
}
