package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.kernel.RunningKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Services that tell by themselves how they are, by messages to the socket they are given. */
@KernelTest
final class NotifyIT {
    private static final String CONNECT =
            "socket(S, 1, 2, 0) or die; sub notify { connect(S, pack(\"Sa*\", 1, $ENV{NOTIFY_SOCKET})) && send(S, $_[0], 0) }\n";
    /** Sends what it finds in {@code /box/say}, and that it is alive for as long as there is {@code /box/alive}. */
    private static final String TELLER = CONNECT
            + "$| = 1; print \"watchdog $ENV{WATCHDOG_USEC}\\n\"; while (1) {\n"
            + "  if (open(F, \"/box/say\")) { local $/; $m = <F>; close(F); unlink(\"/box/say\"); notify($m); }\n"
            + "  notify(\"WATCHDOG=1\") if -e \"/box/alive\"; select(undef, undef, undef, 0.02); }\n";

    /** Says whatever it likes, as fast as it can. */
    private static final String EVIL = CONNECT
            + "unlink($ENV{NOTIFY_SOCKET}) and die; notify(\"READY=1\"); setsockopt(S, 1, 7, pack(\"i\", 1 << 20)); my $i = 0;\n"
            + "while (1) { $i++; notify(\"STATUS=\\e]0;evil\\a\\e[2J$i\\nWATCHDOG=\" . ($i % 2 ? \"1\" : \"trigger\") .\n"
            + "  \"\\nEXTEND_TIMEOUT_USEC=999999999999999999\\nMAINPID=1\\n\" . (\"\\xff\" x ($i % 60000))); }\n";

    private static final String QUICK = """
            start.ready-after = 20 ms, stop.timeout = 2 s
            restart { backoff { initial = 20 ms, max = 50 ms }, limit.attempts = 0 }
            """;

    /** Services and the boxes by which they are told what to say. */
    private static final class Stage {
        private final DaemonBed bed;
        private final Path rootfs;

        Stage(DaemonBed bed) throws IOException {
            this.bed = bed;
            this.rootfs = bed.defaults(QUICK).rootfs("root", "perl");
            Files.writeString(rootfs.resolve("teller"), TELLER);
            Files.writeString(rootfs.resolve("evil"), EVIL);
        }

        String service(String name, String program, String keys) throws IOException {
            Files.setPosixFilePermissions(
                    Files.createDirectories(box(name)), PosixFilePermissions.fromString("rwxrwxrwx"));
            return name + " { rootfs = " + rootfs + ", command = [/bin/perl, /" + program + "]\n"
                    + "mounts = [{ source = " + box(name) + ", target = /box }]\n" + keys + "\n}\n";
        }

        private Path box(String name) {
            return bed.work.resolve("box-" + name);
        }

        void say(String name, String message) throws IOException {
            Path draft = Files.writeString(box(name).resolve("draft"), message);
            Files.move(draft, box(name).resolve("say"), StandardCopyOption.ATOMIC_MOVE);
        }

        void alive(String name, boolean alive) throws IOException {
            if (alive) {
                Files.createFile(box(name).resolve("alive"));
            } else {
                Files.delete(box(name).resolve("alive"));
            }
        }

        void awaitEvent(String name, String text) {
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("events", name).contains(text));
        }
    }

    @Test
    void itIsReadyWhenItSaysSo() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String ready = "start { ready = notify, timeout = 60 s }\n";
            String mapped = RunningKernel.mapsOwners(bed.work) ? "" : "user-namespace.idmap = false\n";
            bed.services(stage.service("plain", "teller", ready)
                            + stage.service(
                                    "user", "teller", ready + "user = 1000, namespaces.net = private, init = true")
                            + stage.service("own", "teller", ready + "namespaces.user = private\n" + mapped)
                            + stage.service(
                                    "fixed", "teller", ready + "rootfs.readonly = true, rootfs.path = " + stage.rootfs)
                            + stage.service("web", "teller", "requires = [plain]"))
                    .start();
            for (String name : new String[] {"plain", "user", "own"}) {
                bed.awaitStatus(name, "STARTING not ready: it has not said READY=1; it fails 60 s after its start");
                stage.say(name, "STATUS=loading\n");
                bed.awaitStatus(
                        name,
                        "STARTING not ready: it has not said READY=1; it fails 60 s after its start; it says: loading");
                stage.say(name, "READY=1\nSTATUS=serving " + name);
                await().atMost(DaemonBed.PATIENCE)
                        .untilAsserted(() -> assertTrue(
                                bed.status(name).matches("RUNNING pid .*: serving " + name), () -> bed.status(name)));
            }
            bed.awaitStatus("web", "RUNNING");
            assertTrue(bed.done("events", "plain").contains("ready: not ready -> ready (it said READY=1 after "));
            assertTrue(bed.done("--json", "status", "plain").contains("\"says\":\"serving plain\""));
            stage.say("plain", "RELOADING=1");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("inspect", "plain").contains("\n  it says: reloading: serving plain\n"));
            stage.say("plain", "READY=1\nSTATUS=");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> !bed.done("inspect", "plain").contains("it says"));
        }
    }

    @Test
    void itMayAskForMoreTime() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String ready = "start { ready = notify, timeout = 1 s, on-failure = stop }\n";
            bed.services(stage.service("patient", "teller", ready) + stage.service("late", "teller", ready))
                    .start();
            stage.say("patient", "EXTEND_TIMEOUT_USEC=60000000");

            bed.awaitStatus("late", "FATAL Not ready within 1 s: it has not said READY=1");

            bed.awaitStatus("patient", "STARTING");
            stage.say("patient", "READY=1");
            bed.awaitStatus("patient", "RUNNING");
        }
    }

    @Test
    void oneThatFallsSilentIsRestarted() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            bed.services(stage.service("silent", "teller", "health.watchdog = 500 ms")
                            + stage.service("honest", "teller", "health { watchdog = 1 h, on-failure = nothing }"))
                    .start();
            bed.awaitOutput("silent", "watchdog 500000\n");
            stage.alive("silent", true);
            stage.awaitEvent("silent", "health: starting -> healthy (it said WATCHDOG=1)");
            long pid = bed.pid("silent");

            stage.alive("silent", false);

            stage.awaitEvent("silent", "health: healthy -> unhealthy (no WATCHDOG=1 within 500 ms)");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("silent") != pid && bed.pid("silent") != 0);

            stage.say("honest", "WATCHDOG=trigger");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.status("honest").endsWith(", unhealthy"));
            stage.alive("honest", true);
            await().atMost(DaemonBed.PATIENCE).until(() -> !bed.status("honest").endsWith(", unhealthy"));
            stage.say("honest", "WATCHDOG_USEC=20000");
            stage.alive("honest", false);
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("explain", "honest").contains("no WATCHDOG=1 within 20 ms"));
        }
    }

    @Test
    void anotherDaemonHearsIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String services = stage.service("web", "teller", "start.ready = notify, health.watchdog = 5 s")
                    + stage.service("late", "teller", "start { ready = notify, timeout = 60 s }");
            bed.services(services).start();
            stage.alive("web", true);
            stage.say("web", "READY=1\nSTATUS=before");
            bed.awaitStatus("web", "RUNNING");
            long web = bed.pid("web");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("late") != 0);
            long late = bed.pid("late");

            bed.killDaemon();
            bed.start();

            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("inspect", "web").contains("\n  healthy: it said WATCHDOG=1\n"));
            stage.say("web", "STATUS=after");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.status("web").endsWith(": after"));
            assertEquals(web, bed.pid("web"));
            bed.awaitStatus("late", "STARTING");
            stage.say("late", "READY=1");
            bed.awaitStatus("late", "RUNNING");
            assertEquals(late, bed.pid("late"));
        }
    }

    @Test
    void whoeverSaysTooMuchHurtsNobody() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Stage stage = new Stage(bed);
            String keys = "start.ready = notify, health { watchdog = 1 h, on-failure = nothing }";
            bed.services(stage.service("evil", "evil", keys) + stage.service("web", "teller", keys))
                    .start();

            bed.awaitStatus("evil", "RUNNING");
            stage.say("web", "READY=1\nWATCHDOG=1");
            bed.awaitStatus("web", "RUNNING");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.status("evil").matches("RUNNING .*: \ufffd]0;evil\ufffd\ufffd\\[2J[0-9]+"));
            int before = said(bed);
            await().atMost(DaemonBed.PATIENCE).until(() -> said(bed) > before + 100);
            long events = bed.done("events", "-n", "100000", "evil").lines().count();
            assertTrue(events < 200, events + " events");
            assertFalse(bed.done("inspect", "evil").contains("\u001b"));
            assertTrue(Files.exists(bed.runDir().resolve("notify/evil/notify")));
        }
    }

    private static int said(DaemonBed bed) {
        return Integer.parseInt(bed.status("evil").replaceAll(".*\\[2J", ""));
    }
}
