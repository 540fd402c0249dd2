package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a user sees of limits: applied from birth, changed live, refused where they can't be, told of where they bite. */
@KernelTest
final class LimitsIT {
    private static String bash(Path rootfs, String script, String keys) {
        return " { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"\"\"" + script
                + "\"\"\"], start.ready-after = 0 s\n" + keys + "\n}\n";
    }

    @Test
    void aPausedServiceStandsStillAndCanBeStopped() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("web" + bash(rootfs, "while :; do echo on; sleep 0.02; done", ""))
                    .start();
            bed.awaitOutput("web", "on\non\n");

            assertEquals("web: paused\n", bed.done("pause", "web"));
            assertTrue(bed.status("web").endsWith(", paused"), () -> bed.status("web"));
            assertEquals("web: resumed\n", bed.done("resume", "web"));
            assertFalse(bed.status("web").endsWith(", paused"), () -> bed.status("web"));
            bed.done("pause", "web");
            assertEquals("web: stopped\n", bed.done("stop", "web"));
            assertEquals("web: started\n", bed.done("start", "web"));
            bed.awaitOutput("web", "on\n");

            assertTrue(bed.status("web").startsWith("RUNNING"), () -> bed.status("web"));
        }
    }

    @Test
    void aPausedServiceThatIsKilledComesBack() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("web" + bash(rootfs, "exec sleep 1000", "restart.backoff.initial = 0 s"))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            long first = bed.pid("web");
            bed.done("pause", "web");

            bed.done("restart", "web");

            bed.awaitStatus("web", "RUNNING");
            assertTrue(bed.pid("web") != first);
            assertTrue(!bed.status("web").contains("paused"), () -> bed.status("web"));
        }
    }

    @Test
    void aDeviceThatIsAskedForIsThereAndCanBeOpened() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/net/tun")), "SKIPPED: no /dev/net/tun");
        String open = "(exec 3<>/dev/net/tun) 2>/dev/null && echo opened || echo denied; exec sleep 1000";
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("with" + bash(rootfs, open, "devices = [{ path = /dev/net/tun, access = rw }]") + "without"
                            + bash(rootfs, open, ""))
                    .start();

            bed.awaitOutput("with", "opened\n");
            bed.awaitOutput("without", "denied\n");
        }
    }

    @Test
    void anEndByMemoryIsToldWithItsFigures() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "tail");
            bed.services("big"
                            + bash(
                                    rootfs,
                                    "exec tail /dev/zero",
                                    "memory.max = 16 MiB\nrestart.limit.attempts = 1\nrestart.backoff.initial = 0 s"))
                    .start();

            bed.awaitStatus("big", "FATAL");

            String status = bed.status("big");
            Assumptions.assumeTrue(!status.contains("needs the memory controller"), "SKIPPED: no memory controller");
            assertTrue(status.contains("; memory: 16.0 MiB at most, of 16.0 MiB, in /sys/fs/cgroup/"), status);
            assertTrue(status.endsWith("/big"), status);
            bed.awaitLog("exit=\"SIGKILL (out of memory)\"");
        }
    }

    @Test
    void aLimitThisHostHasNotIsRefusedWithItsPlaceAndTheWayToGetIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            String sleeper = bash(rootfs, "exec sleep 1000", "");
            bed.services("web" + sleeper).start();
            bed.awaitStatus("web", "RUNNING");

            bed.services("web" + bash(rootfs, "exec sleep 1000", "misc { nonesuch = 1 }\nhugetlb { \"3MB\" = 1 GiB }"));
            Ctl.Result reload = bed.ctl("reload");

            assertEquals(2, reload.code(), reload::toString);
            assertTrue(reload.err().contains(bed.conf + ":"), reload::err);
            assertTrue(reload.err().contains("services.web.hugetlb: "), reload::err);
            assertTrue(bed.status("web").startsWith("RUNNING"));
        }
    }

    @Test
    void aServiceThatAsksForWhatThisHostHasNotIsFatalAndTheOthersStart() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("good" + bash(rootfs, "exec sleep 1000", "") + "bad"
                            + bash(
                                    rootfs,
                                    "exec sleep 1000",
                                    "io.limits = [{ device = /dev/nosuch, read-bps = 1 MiB }]"))
                    .start();

            bed.awaitStatus("good", "RUNNING");
            bed.awaitStatus("bad", "FATAL");

            assertTrue(bed.status("bad").contains("find the device /dev/nosuch: ENOENT"), () -> bed.status("bad"));
        }
    }

    @Test
    void planNotesWhatALimitWillNotDo() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("web" + bash(rootfs, "sleep 1000 & sleep 1000 & sleep 1000", ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            Path current = bed.groupFile("web", "pids.current").orElse(Path.of("/nowhere"));
            Assumptions.assumeTrue(Files.exists(current), "SKIPPED: no pids controller");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> Files.readString(current).equals("4\n"));

            bed.services(
                    "web" + bash(rootfs, "sleep 1000 & sleep 1000 & sleep 1000", "pids.max = 2\ncpu.weight = 200"));
            String plan = bed.done("plan");
            bed.done("reload");

            String note = "note: web: pids.max: 2 tasks is below the 4 tasks in use: "
                    + "nothing ends, but nothing new can begin\n";
            assertTrue(plan.contains("    cpu.weight: default -> 200  (live, "), plan);
            assertTrue(plan.contains(note), plan);
            Path shares = bed.groupFile("web", "cpu.shares").orElse(Path.of("/nowhere"));
            assertTrue(!Files.exists(shares) || Files.readString(shares).equals("2048\n"));
            assertEquals(
                    "2\n", Files.readString(bed.groupFile("web", "pids.max").orElseThrow()));
        }
    }
}
