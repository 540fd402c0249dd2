package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Edits of the configuration, and of the kernel's files behind the daemon's back. */
@KernelTest
final class ReloadIT {
    private static final String QUICK = "start.ready-after = 50 ms\n";
    /** CPU quota, as the kernel shows 20 ms and 40 ms in every 100 ms: v2's file, v1's file. */
    private static final Map<Integer, Map<String, String>> QUOTA = Map.of(
            20, Map.of("cpu.max", "20000 100000", "cpu.cfs_quota_us", "20000"),
            40, Map.of("cpu.max", "40000 100000", "cpu.cfs_quota_us", "40000"));

    private static String sleeper(Path rootfs, String keys) {
        return "{ rootfs = " + rootfs + ", command = [/bin/sleep, 1000]\n" + QUICK + keys + "\n}\n";
    }

    private static Path quotaFile(DaemonBed bed, String service) throws IOException {
        Optional<Path> v2 = bed.groupFile(service, "cpu.max");
        return v2.isPresent()
                ? v2.get()
                : bed.groupFile(service, "cpu.cfs_quota_us").orElseThrow();
    }

    private static void awaitQuota(DaemonBed bed, String service, int millis) throws IOException {
        Path file = quotaFile(bed, service);
        String wanted =
                QUOTA.getOrDefault(millis, Map.of()).get(file.getFileName().toString());
        await().atMost(DaemonBed.PATIENCE)
                .until(() -> Files.readString(file).strip().equals(wanted));
    }

    @Test
    void limitsChangeWhileTheProcessRunsOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("web "
                            + sleeper(
                                    rootfs,
                                    "cpu { period = 100 ms, quota = 20 ms }\nmemory.max = 64 MiB\npids.max = 10")
                            + "other " + sleeper(rootfs, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("other", "RUNNING");
            long pid = bed.pid("web");
            long other = bed.pid("other");
            awaitQuota(bed, "web", 20);

            bed.services("web " + sleeper(rootfs, "cpu { limit = 40% }\nmemory.max = 32 MiB\npids.max = 20") + "other "
                    + sleeper(rootfs, ""));
            String plan = bed.done("plan");
            assertEquals(10, bed.ctl("plan", "--exit-code").code());
            assertEquals("web: changed\n", bed.done("reread"));
            String reload = bed.done("reload");

            assertEquals(
                    "~ web  (live)\n"
                            + "    cpu.quota: 20 ms -> 40 ms  (live, " + bed.conf + ":10)\n"
                            + "    memory.max: 64 MiB -> 32 MiB  (live, " + bed.conf + ":11)\n"
                            + "    pids.max: 10 -> 20  (live, " + bed.conf + ":12)\n",
                    reload);
            assertEquals(reload, plan.replaceFirst("hash: [0-9a-f]{16}-[0-9a-f]{16}\n$", ""));
            awaitQuota(bed, "web", 40);
            assertEquals(pid, bed.pid("web"));
            assertEquals(other, bed.pid("other"));
            assertEquals("No config updates to processes\n", bed.done("reload"));
            assertEquals(0, bed.ctl("plan", "--exit-code").code());
        }
    }

    @Test
    void otherKeysRestartThatServiceAlone() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("web " + sleeper(rootfs, "") + "other " + sleeper(rootfs, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("other", "RUNNING");
            long pid = bed.pid("web");
            long other = bed.pid("other");

            bed.services("web " + sleeper(rootfs, "environment { A = b }") + "other " + sleeper(rootfs, ""));
            String reload = bed.done("reload");

            assertEquals("~ web  (restart)\n    environment.A: unset -> b  (restart, " + bed.conf + ":10)\n", reload);
            assertNotEquals(pid, bed.pid("web"));
            assertTrue(bed.status("web").startsWith("RUNNING"));
            assertEquals(other, bed.pid("other"));
        }
    }

    @Test
    void servicesComeAndGo() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("old " + sleeper(rootfs, "") + "stays " + sleeper(rootfs, ""))
                    .start();
            bed.awaitStatus("old", "RUNNING");
            bed.awaitStatus("stays", "RUNNING");
            long stays = bed.pid("stays");

            bed.services("fresh " + sleeper(rootfs, "") + "stays " + sleeper(rootfs, ""));
            assertEquals("fresh: available\nold: disappeared\n", bed.done("reread"));
            assertEquals(
                    "fresh                            avail     auto\nstays                            in use    auto\n",
                    bed.done("avail"));
            assertEquals("+ fresh\n- old\n", bed.done("reload"));

            assertTrue(bed.status("fresh").startsWith("RUNNING"));
            assertEquals(4, bed.ctl("status", "old").code());
            assertEquals(List.of(), bed.groups("old"));
            assertEquals(stays, bed.pid("stays"));
            assertTrue(Files.exists(bed.logDir().resolve("old.stdout.log")), "logs stay");
            assertTrue(bed.specialFiles().stream().noneMatch(f -> f.toString().contains("old")));
        }
    }

    @Test
    void addAndRemoveBringOneInAndTakeOneOut() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("one " + sleeper(rootfs, "")).start();
            bed.services("one " + sleeper(rootfs, "nice = 1") + "two " + sleeper(rootfs, "") + "three "
                    + sleeper(rootfs, ""));

            assertEquals("two: added process group\n", bed.done("add", "two"));
            bed.awaitStatus("two", "RUNNING");
            assertEquals("two: ERROR (already added)\n", bed.done("add", "two"));
            assertEquals(
                    "two: ERROR (still running)\n", bed.ctl("remove", "two").out());
            bed.done("stop", "two");
            assertEquals("two: removed process group\n", bed.done("remove", "two"));
            assertEquals(List.of(), bed.groups("two"));
            long one = bed.pid("one");
            assertEquals("three: added process group\n", bed.done("update", "three"));
            assertEquals(one, bed.pid("one"));
            assertEquals("one: updated process group\ntwo: added process group\n", bed.done("update"));
            assertNotEquals(one, bed.pid("one"));
        }
    }

    @Test
    void aServiceThatDoesNotComeUpIsToldByTheReload() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("").start();

            bed.services("web { rootfs = " + rootfs + ", command = [/bin/nosuch] }");
            Ctl.Result reload = bed.ctl("reload");

            assertEquals(7, reload.code());
            assertEquals("+ web\n", reload.out());
            assertEquals(
                    "web: BACKOFF execve /bin/nosuch: ENOENT (No such file or directory): /bin/nosuch is not in the rootfs\n",
                    reload.err());
        }
    }

    @Test
    void anErrorAnywhereLeavesEverythingAsItIs() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("web " + sleeper(rootfs, "cpu { quota = 20 ms }")).start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            bed.services("web " + sleeper(rootfs, "cpu { quota = 40 ms, perod = 5 s }") + "two " + sleeper(rootfs, ""));
            Ctl.Result reload = bed.ctl("reload");

            assertEquals(2, reload.code());
            assertTrue(reload.err().contains(bed.conf + ":10: services.web.cpu.perod: "), reload.err());
            assertTrue(reload.err().contains("period"), reload.err());
            awaitQuota(bed, "web", 20);
            bed.signalDaemon("HUP");
            bed.awaitLog("not reloaded: " + bed.conf + ":10: services.web.cpu.perod");
            assertEquals(pid, bed.pid("web"));
            assertEquals(4, bed.ctl("status", "two").code());

            bed.services("web " + sleeper(rootfs, "cpu { quota = 40 ms }"));
            bed.signalDaemon("HUP");
            awaitQuota(bed, "web", 40);
            assertEquals(pid, bed.pid("web"));
        }
    }

    @Test
    void driftIsRepairedOrReportedAsDeclared() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.settings("reconcile.interval = 100 ms")
                    .services("web " + sleeper(rootfs, "cpu { quota = 20 ms }")
                            + "warned " + sleeper(rootfs, "cpu { quota = 20 ms }, reconcile.drift = warn")
                            + "ignored " + sleeper(rootfs, "cpu { quota = 20 ms }, reconcile.drift = ignore"))
                    .start();
            for (String service : List.of("web", "warned", "ignored")) {
                bed.awaitStatus(service, "RUNNING");
                Files.writeString(quotaFile(bed, service), "70000");
            }

            awaitQuota(bed, "web", 20);
            bed.awaitLog("service=warned drift cpu.quota: found");
            bed.awaitLog("service=web drift repaired cpu.quota: ");

            assertTrue(bed.daemonLog()
                    .lines()
                    .anyMatch(line -> line.contains("service=web drift repaired")
                            && line.contains("70000")
                            && line.contains("20000")));
            assertTrue(Files.readString(quotaFile(bed, "warned")).startsWith("70000"));
            assertTrue(Files.readString(quotaFile(bed, "ignored")).startsWith("70000"));
            assertTrue(!bed.daemonLog().contains("service=ignored drift"));
        }
    }

    @Test
    void oneBrokenServiceDoesNotKeepTheOthersFromStarting() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("web " + sleeper(rootfs, "") + "broken " + sleeper(rootfs, "nise = 9"))
                    .start();

            bed.awaitStatus("web", "RUNNING");
            assertEquals(
                    "FATAL " + bed.conf + ":14: services.broken.nise: unknown key (did you mean nice?)",
                    bed.status("broken"));
            assertTrue(
                    bed.done("explain", "broken")
                            .contains("nise: unknown key (did you mean nice?); it is not started before its"
                                    + " configuration is mended and reloaded\n"),
                    () -> bed.done("explain", "broken"));
            assertEquals(
                    "broken: ERROR (spawn error)\n", bed.ctl("start", "broken").out());

            bed.services("web " + sleeper(rootfs, "") + "broken " + sleeper(rootfs, "nice = 9"));
            bed.done("reload");
            bed.awaitStatus("broken", "RUNNING");
        }
    }
}
