package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Services that are asked whether they are ready. */
@KernelTest
final class ReadinessIT {
    private static final String QUICK =
            "restart { backoff { initial = 20 ms, max = 50 ms }, limit.attempts = 1000 }, stop.timeout = 2 s\n";
    /** Waits a moment, and accepts connections on port 8080 of its loopback interface for ever. */
    private static final String LISTENER = "select(undef, undef, undef, 0.3); socket(S, 2, 1, 0) or die;"
            + " bind(S, pack(\"Sna4x8\", 2, 8080, pack(\"C4\", 127, 0, 0, 1))) or die; listen(S, 5) or die;"
            + " print \"listening\\n\"; while (1) { close(C) if accept(C, S); }";

    private static String sleeper(String name, Path rootfs, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/sleep, 1000]\n" + QUICK + keys + "\n}\n";
    }

    private static String listener(Path rootfs, String keys) {
        return "db { rootfs = " + rootfs + ", command = [/bin/perl, -e, \"\"\"$| = 1; " + LISTENER + "\"\"\"]\n"
                + "namespaces.net = private\n" + QUICK + keys + "\n}\n";
    }

    @Test
    void whoNeedsItWaitsUntilItAnswersInItsOwnNetwork() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("root", "perl", "sleep");
            bed.services(listener(rootfs, "start.ready.tcp = 8080") + sleeper("web", rootfs, "requires = [db]"))
                    .start();

            bed.awaitStatus("web", "STARTING");
            assertTrue(bed.status("db").startsWith("RUNNING"), bed.status("db"));
            assertTrue(bed.done("tail", "db").contains("listening"));
            String events = bed.done("events", "db");
            assertTrue(
                    events.contains("ready: not ready -> ready (accepts connections on localhost:8080, asked "),
                    events);
            String status = bed.done("--json", "status", "db");
            assertTrue(status.contains("\"ready\":true"), status);
            String inspect = bed.done("inspect", "db");
            assertTrue(inspect.contains("probes:\n  ready: accepts connections on localhost:8080, asked"), inspect);
        }
    }

    @Test
    void itStaysReadyWhenAnotherDaemonTakesItUp() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder responder = new Responder(Responder.silence())) {
            Path rootfs = bed.rootfs("root", "sleep");
            bed.settings("on-exit = keep")
                    .services(sleeper("db", rootfs, "start.ready.tcp = " + responder.port()))
                    .start();
            bed.awaitStatus("db", "RUNNING");
            long pid = bed.pid("db");

            bed.killDaemon();
            responder.refuse();
            bed.start();

            assertTrue(bed.status("db").startsWith("RUNNING"), bed.status("db"));
            bed.settings("on-exit = stop").services(sleeper("db", rootfs, "")).done("reload");
            assertEquals(pid, bed.pid("db"));
            bed.settings("on-exit = stop").done("shutdown");
            bed.awaitDaemonsEnd();
        }
    }

    @Test
    void oneThatIsNotReadyInTimeHasFailed() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder responder = new Responder(Responder.status(503))) {
            Path rootfs = bed.rootfs("root", "sleep");
            String never = "start { ready.tcp = 1, timeout = 300 ms, on-failure = ";
            String busy = "start { ready.http = " + responder.url() + ", timeout = 1 h }";
            bed.services(sleeper("again", rootfs, never + "restart }, restart.limit.attempts = 1")
                            + sleeper("given-up", rootfs, never + "stop }")
                            + sleeper("patient", rootfs, never + "nothing }")
                            + sleeper("busy", rootfs, busy)
                            + sleeper("web", rootfs, "requires = [busy]"))
                    .start();

            bed.awaitStatus("again", "FATAL Not ready within 300 ms: connection refused on localhost:1, asked ");
            bed.awaitStatus("given-up", "FATAL Not ready within 300 ms: connection refused on localhost:1, asked ");
            bed.awaitStatus("patient", "STARTING Not ready within 300 ms: connection refused on localhost:1, asked ");
            bed.awaitStatus("busy", "STARTING not ready: http GET /x: 503, asked ");
            String why = bed.done("explain", "busy");
            assertTrue(
                    why.matches("(?s)busy is STARTING: not ready: http GET /x: 503, asked [0-9]+ times? in [0-9]+ m?s;"
                            + " it fails 3600 s after its start\n.*"),
                    why);
            assertTrue(bed.done("explain", "web")
                    .startsWith("web is STOPPED: it waits for busy to be ready, which is STARTING"));

            responder.now(Responder.status(204));

            bed.awaitStatus("busy", "RUNNING");
            bed.awaitStatus("web", "RUNNING");
        }
    }

    @Test
    void aStartIsOverWhenItIsReady() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder responder = new Responder(Responder.status(503))) {
            Path rootfs = bed.rootfs("root", "sleep");
            bed.services(sleeper("db", rootfs, "autostart = false, start.ready.http = " + responder.url())
                            + sleeper(
                                    "late",
                                    rootfs,
                                    "autostart = false, start { ready.tcp = 1, timeout = 100 ms,"
                                            + " on-failure = stop }"))
                    .start();

            assertEquals("db: started\n", bed.done("start", "--no-wait", "db"));
            bed.awaitStatus("db", "STARTING not ready");
            responder.now(Responder.status(200));
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.status("db").startsWith("RUNNING"));
            assertEquals("db: ERROR (already started)\n", bed.ctl("start", "db").out());

            Ctl.Result late = bed.ctl("start", "late");
            assertEquals(7, late.code());
            assertFalse(late.out().contains("started"), late.out());
        }
    }

    @Test
    void aProbeThatIsChangedIsAskedAtOnce() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder responder = new Responder(Responder.silence())) {
            Path rootfs = bed.rootfs("root", "sleep");
            bed.services(sleeper("db", rootfs, "start.ready.tcp = 1")).start();
            bed.awaitStatus("db", "STARTING not ready: connection refused");
            long pid = bed.pid("db");

            bed.services(sleeper("db", rootfs, "start.ready.tcp = " + responder.port()));
            bed.done("reload");

            bed.awaitStatus("db", "RUNNING");
            assertEquals(pid, bed.pid("db"));
        }
    }
}
