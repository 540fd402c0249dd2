package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services that are asked by commands inside their containers. */
@KernelTest
final class ExecProbeIT {
    private static final String QUICK = """
            start.ready-after = 20 ms, stop.timeout = 2 s
            restart { backoff { initial = 20 ms, max = 50 ms }, limit.attempts = 0 }
            """;

    /** A root for all, and a directory that all of them have mounted. */
    private static final class Stage {
        private final DaemonBed bed;
        private final Path rootfs;
        private final Path box;

        Stage(DaemonBed bed) throws IOException {
            this.bed = bed;
            this.rootfs = bed.defaults(QUICK).rootfs("root", "bash", "sleep", "perl");
            this.box = Files.createDirectory(bed.work.resolve("box"));
            Files.setPosixFilePermissions(box, PosixFilePermissions.fromString("rwxrwxrwx"));
        }

        String service(String name, String command, String keys) {
            return name + " { rootfs = " + rootfs + ", command = " + command + "\nmounts = [{ source = " + box
                    + ", target = /box }]\n" + keys + "\n}\n";
        }

        String sleeper(String name, String keys) {
            return service(name, "[/bin/sleep, 1000]", keys);
        }

        static String health(String script, String keys) {
            return "health { exec = [/bin/bash, -c, \"\"\"" + script + "\"\"\"], interval = 200 ms, timeout = 500 ms, "
                    + keys + " }";
        }

        void flag(String name, boolean there) throws IOException {
            if (there) {
                Files.createFile(box.resolve(name));
            } else {
                Files.delete(box.resolve(name));
            }
        }

        void awaitProbe(String service, String text) {
            await().atMost(DaemonBed.PATIENCE).untilAsserted(() -> {
                String inspect = bed.done("inspect", service);
                assertTrue(inspect.contains("probes:\n  " + text), inspect);
            });
        }

        /** Of all services. */
        void awaitNoProbes(int services) {
            await().atMost(DaemonBed.PATIENCE).untilAsserted(() -> {
                assertEquals(services, bed.processes().size());
                assertEquals(
                        List.of(),
                        bed.groups().stream()
                                .filter(group -> group.getFileName().toString().startsWith("bulkhead-probe"))
                                .toList());
            });
        }
    }

    @Test
    void itIsAskedInsideAsItself() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String script = "echo \\\"$UID in $PWD of $HOSTNAME\\\"; printf '\\\\e[31m'; test -e /box/ready";
            bed.services(stage.sleeper(
                            "db",
                            "user = 1000, workdir = /box, hostname = inside, namespaces.net = private\n"
                                    + "start { ready.exec = [/bin/bash, -c, \"" + script + "\"], timeout = 60 s }"))
                    .start();

            bed.awaitStatus("db", "STARTING not ready: exec /bin/bash -c echo ");
            assertTrue(bed.status("db").contains(": exit status 1, asked "), bed.status("db"));
            assertTrue(
                    bed.done("inspect", "db")
                            .contains("\n  printed by the last probe that failed: 1000 in /box of inside \ufffd[31m\n"),
                    bed.done("inspect", "db"));

            stage.flag("ready", true);

            bed.awaitStatus("db", "RUNNING");
            assertTrue(bed.done("events", "db").contains("ready: not ready -> ready (exec /bin/bash -c echo "));
            stage.awaitNoProbes(1);
        }
    }

    @Test
    void oneThatHangsIsKilledWithAllItStarted() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String hang =
                    "if [ -e /box/hang ]; then sleep 1000 & (trap '' HUP TERM; sleep 1000 & echo started; wait) & wait; fi";
            bed.services(stage.sleeper("db", Stage.health(hang, "failures = 1, on-failure = nothing"))
                            + stage.sleeper("left", Stage.health("sleep 1000 & exit 0", "failures = 1")))
                    .start();
            stage.awaitProbe("db", "healthy: exec /bin/bash -c if ");
            stage.awaitProbe("left", "healthy: exec /bin/bash -c sleep 1000 & exit 0: exit status 0");
            long pid = bed.pid("db");

            stage.flag("hang", true);

            stage.awaitProbe("db", "unhealthy: exec ");
            assertTrue(bed.done("explain", "db").contains(": no end within 500 ms"), bed.done("explain", "db"));
            String events = bed.done("--json", "events", "db");
            assertTrue(events.contains("\"evidence\":\"started\""), events);

            stage.flag("hang", false);

            stage.awaitProbe("db", "healthy: ");
            stage.awaitNoProbes(2);
            assertEquals(pid, bed.pid("db"));
        }
    }

    @Test
    void whileItHangsTheServiceCanEnd() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String hang = "health { exec = [/bin/sleep, 1000], interval = 100 ms, timeout = 1 h }";
            bed.services(stage.sleeper("db", hang) + stage.sleeper("host", hang + ", namespaces.pid = host"))
                    .start();
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.processes().size() == 4);
            for (String name : List.of("db", "host")) {
                long pid = bed.pid(name);
                DaemonBed.signal("KILL", pid);
                await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid(name) != pid && bed.pid(name) != 0);
            }
            assertEquals("db: stopped\nhost: stopped\n", bed.done("stop", "db", "host"));
            assertEquals(List.of(), bed.processes());
        }
    }

    @Test
    void anotherDaemonEndsWhatHangs() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String hang = "if [ -e /box/hang ]; then sleep 1000 & wait; fi";
            bed.services(stage.sleeper(
                            "db",
                            "health { exec = [/bin/bash, -c, \"\"\"" + hang
                                    + "\"\"\"], interval = 100 ms, timeout = 1 h }"))
                    .start();
            stage.awaitProbe("db", "healthy");
            long pid = bed.pid("db");
            stage.flag("hang", true);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.processes().size() == 3);

            bed.killDaemon();
            stage.flag("hang", false);
            bed.start();

            stage.awaitProbe("db", "healthy");
            stage.awaitNoProbes(1);
            assertEquals(pid, bed.pid("db"));
        }
    }

    @Test
    void oneThatPrintsWithoutEndIsShownInPart() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            bed.services(stage.sleeper(
                                    "chatty",
                                    Stage.health(
                                            "while :; do echo much too much; done",
                                            "failures = 1, on-failure = nothing"))
                            + stage.sleeper(
                                    "long",
                                    Stage.health("printf '%0300000d'; exit 3", "failures = 1, on-failure = nothing")))
                    .start();

            stage.awaitProbe(
                    "chatty",
                    "unhealthy: exec /bin/bash -c while :; do echo much too much; done: no end within 500 ms");
            stage.awaitProbe("long", "unhealthy: exec /bin/bash -c printf '%0300000d'; exit 3: exit status 3");
            String inspect = bed.done("inspect", "chatty");
            assertTrue(inspect.contains("failed: much too much much too much"), inspect);
            assertTrue(inspect.lines().allMatch(line -> line.length() < 1000), inspect);
        }
    }

    @Test
    void whoeverStopsWhatEntersHurtsNobodyElse() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String stop = "[/bin/perl, -e, \"\"\"while (1) { opendir(D, \"/proc\"); for (readdir(D)) {"
                    + " kill(\"STOP\", $_) if /^[0-9]+$/ && $_ > 1 } }\"\"\"]";
            StringBuilder services = new StringBuilder();
            for (int i = 0; i < 3; i++) {
                services.append(stage.service(
                        "evil-" + i,
                        stop,
                        Stage.health("exit 0", "failures = 1, on-failure = nothing") + ", cpu.limit = 20%"));
            }
            bed.services(services + stage.sleeper("good", Stage.health("exit 0", "failures = 3")))
                    .start();

            stage.awaitProbe("good", "healthy");
            for (int i = 0; i < 3; i++) {
                String name = "evil-" + i;
                await().atMost(DaemonBed.PATIENCE)
                        .until(() -> bed.done("events", name).contains("-> unhealthy"));
            }
            Instant begun = Instant.now();
            bed.done("restart", "good");
            assertTrue(Duration.between(begun, Instant.now()).toMillis() < 5_000);
            stage.awaitProbe("good", "healthy");
            assertFalse(bed.done("events", "good").contains("unhealthy"));
        }
    }
}
