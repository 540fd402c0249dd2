package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Services that are asked whether they are well. */
@KernelTest
final class HealthIT {
    private static final String QUICK =
            "start.ready-after = 20 ms, restart { backoff { initial = 20 ms, max = 50 ms }, limit.attempts = 0 }\n";

    private static String service(String name, Path rootfs, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/sleep, 1000]\n" + QUICK + keys + "\n}\n";
    }

    private static String health(Responder responder, String onFailure) {
        return "health { http = " + responder.url()
                + ", interval = 100 ms, timeout = 500 ms, failures = 2, on-failure = " + onFailure + " }";
    }

    @Test
    void oneThatFallsIllIsTreatedAsItSays() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder responder = new Responder(Responder.status(200))) {
            Path rootfs = bed.rootfs("root", "sleep");
            bed.services(service("again", rootfs, health(responder, "restart"))
                            + service("given-up", rootfs, health(responder, "stop"))
                            + service("left", rootfs, health(responder, "nothing"))
                            + service("web", rootfs, "requires { left = healthy }"))
                    .start();
            for (String name : new String[] {"again", "given-up", "left"}) {
                await().atMost(DaemonBed.PATIENCE)
                        .until(() -> bed.done("events", name).contains("health: starting -> healthy"));
            }
            bed.awaitStatus("web", "RUNNING");
            long again = bed.pid("again");
            long left = bed.pid("left");
            long web = bed.pid("web");

            responder.now(Responder.status(500));

            bed.awaitStatus("given-up", "FATAL Unhealthy: http GET /x: 500, 2 times in a row");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("again") != again && bed.pid("again") != 0);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.status("left").endsWith(", unhealthy"));
            assertEquals(left, bed.pid("left"));
            assertEquals(web, bed.pid("web"));
            String events = bed.done("events", "again");
            assertTrue(events.contains("health: healthy -> unhealthy (http GET /x: 500, 2 times in a row)"), events);
            assertTrue(events.contains(" to pid " + again + ", in place of SIGTERM, which process 1"), events);
            assertTrue(events.contains(" has no handler for (Unhealthy: http GET /x: 500"), events);
            String json = bed.done("--json", "status", "left");
            assertTrue(json.contains("\"health\":\"unhealthy\",\"condition\":\"http GET /x: 500, "), json);
            assertTrue(bed.done("explain", "left").contains("; unhealthy: http GET /x: 500, "));

            responder.now(Responder.status(200));

            await().atMost(DaemonBed.PATIENCE).until(() -> !bed.status("left").endsWith("unhealthy"));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("inspect", "again").contains("probes:\n  healthy: http GET /x: 200"));
        }
    }

    @Test
    void noneIsAskedBeforeItCountsAsReady() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder responder = new Responder(Responder.status(500))) {
            bed.services(service(
                            "web",
                            bed.rootfs("root", "sleep"),
                            "start.ready-after = 600 ms, " + health(responder, "stop")))
                    .start();

            bed.awaitStatus("web", "FATAL Unhealthy: http GET /x: 500, 2 times in a row");

            String events = bed.done("events", "web");
            assertTrue(events.contains("STARTING -> RUNNING"), events);
        }
    }

    @Test
    void whoeverAnswersBadlyCostsNothingButItsHealth() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder well = new Responder(Responder.status(200));
                Responder silent = new Responder(Responder.silence());
                Responder slow = new Responder(Responder.repeats("HTTP/1.1 ", "2", 50));
                Responder flood = new Responder(Responder.repeats("", "x".repeat(60_000), 0));
                Responder interim = new Responder(Responder.repeats("", "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n", 0));
                Responder shy = new Responder((socket, out) -> {});
                Responder endless = new Responder(Responder.repeats("HTTP/1.1 200 OK\r\n", "x".repeat(60_000), 0))) {
            Path rootfs = bed.rootfs("root", "sleep");
            bed.services(service("well", rootfs, health(well, "restart"))
                            + service("silent", rootfs, health(silent, "nothing"))
                            + service("slow", rootfs, health(slow, "nothing"))
                            + service("flood", rootfs, health(flood, "nothing"))
                            + service("interim", rootfs, health(interim, "nothing"))
                            + service("shy", rootfs, health(shy, "nothing"))
                            + service("endless", rootfs, health(endless, "restart")))
                    .start();

            awaitProbe(bed, "silent", "unhealthy: http GET /x: no answer within 500 ms, ");
            awaitProbe(bed, "slow", "unhealthy: http GET /x: ");
            awaitProbe(bed, "flood", "unhealthy: http GET /x: answered what is not HTTP: \"xxxxx");
            awaitProbe(bed, "interim", "unhealthy: http GET /x: more than 65536 bytes of interim answers, ");
            awaitProbe(bed, "shy", "unhealthy: http GET /x: ");
            awaitProbe(bed, "endless", "healthy: http GET /x: 200, ");
            awaitProbe(bed, "well", "healthy: http GET /x: 200, ");
            assertFalse(bed.done("events", "well", "endless").contains("unhealthy"));
        }
    }

    private static void awaitProbe(DaemonBed bed, String service, String text) {
        await().atMost(DaemonBed.PATIENCE).untilAsserted(() -> {
            String inspect = bed.done("inspect", service);
            assertTrue(inspect.contains("probes:\n  " + text), inspect);
        });
    }

    @Test
    void aServiceThatStandsStillIsNotAsked() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder paused = new Responder(Responder.status(200));
                Responder clock = new Responder(Responder.status(200))) {
            Path rootfs = bed.rootfs("root", "sleep");
            bed.services(service("paused", rootfs, health(paused, "restart"))
                            + service("clock", rootfs, health(clock, "restart")))
                    .start();
            awaitProbe(bed, "paused", "healthy");
            long pid = bed.pid("paused");
            bed.done("pause", "paused");
            bed.awaitStatus("paused", "RUNNING pid " + pid);
            paused.now(Responder.status(503));
            int before = clock.connections();

            await().atMost(DaemonBed.PATIENCE).until(() -> clock.connections() > before + 5);

            assertFalse(bed.done("events", "paused").contains("unhealthy"));
            paused.now(Responder.status(200));
            bed.done("resume", "paused");
            awaitProbe(bed, "paused", "healthy");
            assertEquals(pid, bed.pid("paused"));
        }
    }

    @Test
    void manyThatHangDelayNobody() throws Exception {
        try (DaemonBed bed = new DaemonBed();
                Responder silent = new Responder(Responder.silence())) {
            Path rootfs = bed.rootfs("root", "sleep");
            StringBuilder services = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                services.append(service(
                        "hanging-" + i,
                        rootfs,
                        "health { http = " + silent.url() + ", interval = 100 ms, timeout = 1 h }"));
            }
            bed.services(services + service("web", rootfs, "autostart = false")).start();
            await().atMost(DaemonBed.PATIENCE).until(() -> silent.connections() >= 100);

            Instant begun = Instant.now();
            bed.done("start", "web");
            bed.done("stop", "web");

            Duration took = Duration.between(begun, Instant.now());
            assertTrue(took.toMillis() < 5_000, took.toString());
        }
    }
}
