package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Services that are ready once they have printed a line. */
@KernelTest
final class ReadyLineIT {
    private static String service(String name, Path rootfs, Path box, String script, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"\"\"" + script + "\"\"\"]\n"
                + "mounts = [{ source = " + box + ", target = /box }], stop.timeout = 2 s\n"
                + "restart { backoff { initial = 20 ms, max = 50 ms }, limit.attempts = 0 }\n" + keys + "\n}\n";
    }

    @Test
    void itIsReadyOnceTheLineIsThere() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("root", "bash", "sleep");
            Path box = Files.createDirectory(bed.work.resolve("box"));
            String script = "echo not done: 1; until [ -e /box/go ]; do sleep 0.02; done; echo done: 7; sleep 1000";
            String ready = "start { ready.log = \"^done: [1-9]\", timeout = 60 s }\n";
            bed.services(service("plain", rootfs, box, script, ready)
                            + service("json", rootfs, box, script, ready + "log { format = json, timestamps = true }")
                            + service(
                                    "errors",
                                    rootfs,
                                    box,
                                    "exec >&2; " + script,
                                    ready + "log { stdout = none, stderr = file }")
                            + service("web", rootfs, box, "sleep 1000", "requires = [plain]"))
                    .start();
            for (String name : new String[] {"plain", "json", "errors"}) {
                bed.awaitStatus(
                        name,
                        "STARTING not ready: no line of its output matches \"^done: [1-9]\"; it fails 60 s after");
            }

            Files.createFile(box.resolve("go"));

            for (String name : new String[] {"plain", "json", "errors", "web"}) {
                bed.awaitStatus(name, "RUNNING");
            }
            String events = bed.done("events", "plain");
            assertTrue(events.contains("ready: not ready -> ready (it printed \"done: 7\" after "), events);

            // What the one before has printed doesn't count.
            Files.delete(box.resolve("go"));
            long pid = bed.pid("plain");
            DaemonBed.signal("KILL", pid);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("plain") != pid && bed.pid("plain") != 0);
            bed.awaitStatus("plain", "STARTING not ready: no line");
            Files.createFile(box.resolve("go"));
            bed.awaitStatus("plain", "RUNNING");
        }
    }

    @Test
    void anotherDaemonLooksOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("root", "bash", "sleep");
            Path box = Files.createDirectory(bed.work.resolve("box"));
            String script = "until [ -e /box/go ]; do sleep 0.02; done; echo done; sleep 1000";
            bed.services(service("db", rootfs, box, script, "start { ready.log = done, timeout = 60 s }"))
                    .start();
            bed.awaitStatus("db", "STARTING not ready");
            long pid = bed.pid("db");

            bed.killDaemon();
            Files.createFile(box.resolve("go"));
            bed.start();

            bed.awaitStatus("db", "RUNNING");
            assertEquals(pid, bed.pid("db"));
        }
    }

    @Test
    void whoeverTriesToTireThePatternIsNotReadyAndNoMore() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("root", "bash", "sleep");
            Path box = Files.createDirectory(bed.work.resolve("box"));
            String evil = "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done";
            String tiring = "start { ready.log = \"^(a*)*b$\", timeout = 1 h }\n"
                    + "log { max-size = 1 MiB, backups = 1 }, cpu.limit = 30%";
            bed.services(service("evil", rootfs, box, evil, tiring)
                            + service("good", rootfs, box, "echo done; sleep 1000", "start.ready.log = done"))
                    .start();

            bed.awaitStatus("good", "RUNNING");
            bed.awaitStatus("evil", "STARTING not ready: no line");
            bed.awaitOutput("evil", "aaaa");
        }
    }
}
