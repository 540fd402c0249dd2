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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services that need one another: real processes that write down when they begin and when they are asked to end. */
@KernelTest
final class DependenciesIT {
    private static final String QUICK = "start.ready-after = 50 ms, restart.backoff { initial = 20 ms, max = 50 ms }";

    private static final String FOREVER = "while :; do sleep 1000 & wait; done";

    /** A root for all, and a file in which each service writes down what it does. */
    private record Stage(Path rootfs, Path journal) {
        Stage(DaemonBed bed) throws IOException {
            this(
                    bed.defaults(QUICK).rootfs("bash", "bash", "sleep"),
                    Files.createDirectory(bed.work.resolve("journal")));
        }

        String service(String name, String script, String keys) {
            return name + " { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"\"\"echo " + name
                    + " begins >> /journal/log; trap 'echo " + name + " ends >> /journal/log; exit 0' TERM; " + script
                    + "\"\"\"]\nmounts = [{ source = " + journal + ", target = /journal }]\n" + keys
                    + "\n}\n";
        }

        void assertOrder(String... lines) throws IOException {
            List<String> all = Files.readAllLines(journal.resolve("log"));
            List<String> found = new ArrayList<>(all);
            found.retainAll(List.of(lines));
            assertEquals(List.of(lines), found, "of " + all);
        }
    }

    @Test
    void comeUpInOrderAndGoDownInReverse() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            bed.services(stage.service("web", FOREVER, "requires = [app]")
                            + stage.service("app", FOREVER, "requires { migration = completed }, after = [db]")
                            + stage.service(
                                    "migration", "sleep 0.2; exit 0", "type = oneshot, remain = true, requires = [db]")
                            + stage.service("db", FOREVER, "autostart = false")
                            + stage.service("alone", FOREVER, "wants = [broken]")
                            + stage.service("broken", "exit 1", "type = oneshot, restart.policy = never"))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("alone", "RUNNING");
            bed.awaitStatus("migration", "RUNNING completed");
            bed.awaitStatus("broken", "EXITED");
            stage.assertOrder("db begins", "migration begins", "app begins", "web begins");

            assertEquals(0, bed.endDaemon());
            stage.assertOrder("web ends", "app ends", "db ends");
        }
    }

    @Test
    void anOperatorsStopTakesDownWhoRequiresIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            bed.services(stage.service("web", FOREVER, "requires = [db]")
                            + stage.service("other", FOREVER, "wants = [db]")
                            + stage.service("proxy", FOREVER, "requires = [web]")
                            + stage.service("db", FOREVER, ""))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("other", "RUNNING");
            long other = bed.pid("other");

            assertEquals("db: stopped\n", bed.done("stop", "db"));

            bed.awaitStatus("web", "STOPPED");
            stage.assertOrder("web ends", "db ends");
            assertEquals(other, bed.pid("other"));
            String why = bed.done("explain", "web");
            assertTrue(why.startsWith("web is STOPPED: it requires db, which an operator has stopped\n"), why);
            String further = bed.done("explain", "proxy");
            assertTrue(
                    further.startsWith(
                            "proxy is STOPPED: it requires web, which requires db, which an operator has stopped\n"),
                    further);

            assertEquals("db: started\n", bed.done("start", "db"));
            bed.awaitStatus("web", "RUNNING");
        }
    }

    @Test
    void aStartTakesAlongWhatItRequires() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            bed.services(stage.service("web", FOREVER, "requires = [db], autostart = false")
                            + stage.service("db", FOREVER, ""))
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
            Stage stage = new Stage(bed);
            bed.services(stage.service("web", FOREVER, "requires = [migration]")
                            + stage.service("migration", "exit 3", "type = oneshot, restart.limit.attempts = 1"))
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
    void nobodyIsKeptWaitingForWhatMayNeverCome() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String later = "type = scheduled, schedule = \"@yearly\"";
            String job =
                    stage.service("job", "exit 3", "type = oneshot, restart.limit { attempts = 1, retry-after = 1 h }");
            bed.services(job).start();
            bed.awaitStatus("job", "FATAL");

            bed.services(job
                    + stage.service("web", FOREVER, "requires { job = completed }")
                    + stage.service("mute", FOREVER, "start { ready.tcp = 1, timeout = 1 s, on-failure = nothing }")
                    + stage.service("early", FOREVER, "requires { yearly = completed }")
                    + stage.service("yearly", "exit 0", later));
            bed.done("reload");

            assertEquals("STARTING", bed.status("mute").substring(0, 8));
            Ctl.Result web = bed.ctl("start", "web");
            assertEquals(7, web.code(), web::toString);
            assertTrue(
                    web.err().matches("(?s)web: waits for job to have completed, which is (FATAL|BACKOFF) .*"),
                    web::toString);
            assertEquals(
                    "early: waits for yearly to have completed, which is STOPPED until its time comes\n",
                    bed.ctl("start", "early").err());
        }
    }

    @Test
    void whoAsksForItIsRestartedAfterAnother() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            bed.services(stage.service("web", FOREVER, "requires { db { restart = true } }")
                            + stage.service("other", FOREVER, "requires = [db]")
                            + stage.service("db", FOREVER, ""))
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
            Stage stage = new Stage(bed);
            bed.services(stage.service(
                            "job",
                            FOREVER,
                            "type = oneshot, max-runtime = 200 ms, restart.limit { attempts = 1, retry-after = 1 h }"))
                    .start();

            bed.awaitStatus("job", "FATAL Ran longer than max-runtime, 200 ms");
            String why = bed.done("explain", "job");
            assertTrue(why.contains("; it is tried again at "), why);
        }
    }
}
