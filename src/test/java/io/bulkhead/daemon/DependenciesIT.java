package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services that need one another: real processes that write down when they begin and when they are asked to end. */
@KernelTest
final class DependenciesIT {
    private static final String QUICK = "start.ready-after = 50 ms, restart.backoff { initial = 20 ms, max = 50 ms }";

    private static String service(String name, Path rootfs, Path journal, String script, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"\"\"echo " + name
                + " begins >> /journal/log; trap 'echo " + name + " ends >> /journal/log; exit 0' TERM; " + script
                + "\"\"\"]\nmounts = [{ source = " + journal + ", target = /journal }]\n" + QUICK + "\n" + keys
                + "\n}\n";
    }

    private static final String FOREVER = "while :; do sleep 1000 & wait; done";

    private static List<String> journal(Path directory) throws Exception {
        Path log = directory.resolve("log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private static void assertOrder(List<String> journal, String... lines) {
        List<String> found = new ArrayList<>(journal);
        found.retainAll(List.of(lines));
        assertEquals(List.of(lines), found, "of " + journal);
    }

    @Test
    void comeUpInOrderAndGoDownInReverse() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path journal = Files.createDirectory(rootfs.resolve("journal"));
            bed.services(service("web", rootfs, journal, FOREVER, "requires = [app]")
                            + service(
                                    "app", rootfs, journal, FOREVER, "requires { migration = completed }, after = [db]")
                            + service(
                                    "migration",
                                    rootfs,
                                    journal,
                                    "sleep 0.2; exit 0",
                                    "type = oneshot, remain = true, requires = [db]")
                            + service("db", rootfs, journal, FOREVER, "autostart = false")
                            + service("alone", rootfs, journal, FOREVER, "wants = [broken]")
                            + service("broken", rootfs, journal, "exit 1", "type = oneshot, restart.policy = never"))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("alone", "RUNNING");
            bed.awaitStatus("migration", "RUNNING completed");
            bed.awaitStatus("broken", "EXITED");
            assertOrder(journal(journal), "db begins", "migration begins", "app begins", "web begins");

            assertEquals(0, bed.endDaemon());
            assertOrder(journal(journal), "web ends", "app ends", "db ends");
        }
    }

    @Test
    void anOperatorsStopTakesDownWhoRequiresIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path journal = Files.createDirectory(rootfs.resolve("journal"));
            bed.services(service("web", rootfs, journal, FOREVER, "requires = [db]")
                            + service("other", rootfs, journal, FOREVER, "wants = [db]")
                            + service("db", rootfs, journal, FOREVER, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("other", "RUNNING");
            long other = bed.pid("other");

            assertEquals("db: stopped\n", bed.done("stop", "db"));

            bed.awaitStatus("web", "STOPPED");
            assertOrder(journal(journal), "web ends", "db ends");
            assertEquals(other, bed.pid("other"));
            String why = bed.done("explain", "web");
            assertTrue(why.startsWith("web is STOPPED: it requires db, which an operator has stopped\n"), why);

            assertEquals("db: started\n", bed.done("start", "db"));
            bed.awaitStatus("web", "RUNNING");
        }
    }

    @Test
    void aStartTakesAlongWhatItRequires() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path journal = Files.createDirectory(rootfs.resolve("journal"));
            bed.services(service("web", rootfs, journal, FOREVER, "requires = [db], autostart = false")
                            + service("db", rootfs, journal, FOREVER, ""))
                    .start();
            bed.awaitStatus("db", "RUNNING");
            bed.done("stop", "db");

            assertEquals("web: started\n", bed.done("start", "web"));

            bed.awaitStatus("db", "RUNNING");
            bed.awaitStatus("web", "RUNNING");
        }
    }

    @Test
    void aFailedDependencyIsWhyNothingStarts() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path journal = Files.createDirectory(rootfs.resolve("journal"));
            bed.services(service("web", rootfs, journal, FOREVER, "requires = [migration]")
                            + service(
                                    "migration",
                                    rootfs,
                                    journal,
                                    "exit 3",
                                    "type = oneshot, restart.limit.attempts = 1"))
                    .start();
            bed.awaitStatus("migration", "FATAL Ended unexpectedly: exit status 3");

            Ctl.Result started = bed.ctl("start", "web");

            assertEquals(7, started.code());
            assertEquals("web: ERROR (spawn error)\n", started.out());
            String why = bed.done("explain", "web");
            assertTrue(
                    why.startsWith("web is STOPPED: it waits for migration to be ready, which is FATAL"
                            + " (Ended unexpectedly: exit status 3)\n"),
                    why);
        }
    }

    @Test
    void whoAsksForItIsRestartedAfterAnother() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path journal = Files.createDirectory(rootfs.resolve("journal"));
            bed.services(service("web", rootfs, journal, FOREVER, "requires { db { restart = true } }")
                            + service("other", rootfs, journal, FOREVER, "requires = [db]")
                            + service("db", rootfs, journal, FOREVER, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("other", "RUNNING");
            long web = bed.pid("web");
            long other = bed.pid("other");
            long db = bed.pid("db");

            DaemonBed.signal("KILL", db);

            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("web") != web && bed.pid("web") != 0);
            assertNotEquals(db, bed.pid("db"));
            assertEquals(other, bed.pid("other"));
            assertTrue(bed.done("events").contains("db has been restarted"));
        }
    }

    @Test
    void oneRunThatTakesTooLongHasFailed() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path journal = Files.createDirectory(rootfs.resolve("journal"));
            bed.services(service(
                            "job",
                            rootfs,
                            journal,
                            FOREVER,
                            "type = oneshot, max-runtime = 200 ms, restart.limit { attempts = 1, retry-after = 1 h }"))
                    .start();

            bed.awaitStatus("job", "FATAL Ran longer than max-runtime, 200 ms");
            String why = bed.done("explain", "job");
            assertTrue(why.contains("; it is tried again at "), why);
        }
    }
}
