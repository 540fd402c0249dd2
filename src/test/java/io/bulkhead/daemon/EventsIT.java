package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.control.wire.EventView;
import io.bulkhead.control.wire.Json;
import io.bulkhead.kernel.KernelTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happened, as a daemon tells it. */
@KernelTest
final class EventsIT {
    private static List<EventView> events(DaemonBed bed, String... names) throws Exception {
        List<EventView> events = new ArrayList<>();
        String[] command = new String[names.length + 3];
        command[0] = "--json";
        command[1] = "events";
        command[2] = "--lines=all";
        System.arraycopy(names, 0, command, 3, names.length);
        for (String line : bed.done(command).lines().toList()) {
            events.add(EventView.of(Json.read(line.getBytes(StandardCharsets.UTF_8))));
        }
        return events;
    }

    /** {@code kind text} of each, without what differs from run to run. */
    private static List<String> texts(List<EventView> events) {
        return events.stream()
                .map(event -> event.kind() + " " + event.text())
                .map(text -> text.replaceAll("pid [0-9]+", "pid N")
                        .replaceAll("in [0-9]+ ms", "in N ms")
                        .replaceAll("since .*", "since T"))
                .toList();
    }

    @Test
    void aFullDiskIsToldOnceAndItsEndToo(@TempDir Path elsewhere) throws Exception {
        try (HostMount disk = HostMount.tmpfs(elsewhere);
                DaemonBed bed = new DaemonBed()) {
            Files.createSymbolicLink(bed.logDir(), disk.directory());
            Path rootfs = bed.rootfs("web", "bash", "sleep");
            bed.services("web { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"for i in {1..1000}; do"
                            + " printf 'line %d %0100d\\\\n' $i 0; done; echo last; exec sleep 1000\"] }")
                    .start();
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> texts(events(bed, "web")).stream()
                            .anyMatch(text -> text.startsWith("log ") && text.contains("cannot be written")));
            bed.awaitStatus("web", "RUNNING");

            bed.done("clear", "web");

            bed.awaitOutput("web", "last\n");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> texts(events(bed, "web")).stream()
                            .anyMatch(text -> text.startsWith("log ") && text.endsWith("can be written again")));
        }
    }

    @Test
    void aQuotaThatHeldAServiceUpIsToldWithItsEnd() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("burner", "bash");
            bed.services("burner { rootfs = " + rootfs
                            + ", cpu { period = 100 ms, quota = 5 ms }, restart.policy = never,"
                            + " command = [/bin/bash, -c, \"while ((SECONDS < 2)); do :; done; exit 3\"] }")
                    .start();
            bed.awaitStatus("burner", "EXITED");

            assertTrue(bed.done("explain", "burner").contains("held up by the CPU quota in "), bed::daemonLog);
            assertTrue(bed.done("inspect", "burner").contains("\ncome up against:\n"), bed::daemonLog);
        }
    }

    @Test
    void aServicesLifeIsToldWithItsCauses() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("web { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], start.ready-after = 10 ms }\n"
                            + "wrong { rootfs = " + rootfs + ", command = [/bin/nosuch], restart.policy = never }")
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.awaitStatus("wrong", "FATAL");
            DaemonBed.signal("KILL", bed.pid("web"));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> texts(events(bed, "web")).size() == 7);

            bed.done("stop", "web");

            assertEquals(
                    List.of(
                            "state STOPPED -> STARTING (wanted)",
                            "launch pid N launched",
                            "state STARTING -> RUNNING, pid N",
                            "state RUNNING -> BACKOFF: Ended unexpectedly: SIGKILL, next start in N ms",
                            "state BACKOFF -> STARTING (restart: Ended unexpectedly: SIGKILL)",
                            "launch pid N launched",
                            "state STARTING -> RUNNING, pid N",
                            "command stop, by root",
                            "state RUNNING -> STOPPING, pid N (not wanted)",
                            "signal SIGKILL to pid N, in place of SIGTERM, which process 1 has no handler for (not wanted)",
                            "state STOPPING -> STOPPED, SIGKILL"),
                    texts(events(bed, "web")));
            assertTrue(
                    texts(events(bed, "wrong")).stream()
                            .anyMatch(text -> text.startsWith("launch not started: execve /bin/nosuch: ENOENT")),
                    () -> bed.done("events", "wrong"));
        }
    }

    @Test
    void theHistoryOutlivesTheDaemon() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            String web = "web { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], start.ready-after = 10 ms }";
            bed.services(web).start();
            bed.awaitStatus("web", "RUNNING");
            int before = events(bed).size();
            bed.killDaemon();
            bed.start();
            bed.awaitStatus("web", "RUNNING");
            bed.services("web { rootfs = /, command = [] }");
            assertEquals(2, bed.ctl("reload").code());
            bed.services(web + "\nmore { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], autostart = false }");
            bed.done("reload");

            List<EventView> events = events(bed);

            for (int i = 0; i < events.size(); i++) {
                assertEquals(i + 1, events.get(i).number());
            }
            List<String> texts = texts(events.subList(before, events.size()));
            assertTrue(texts.get(0).startsWith("daemon supervisord "), texts::toString);
            assertTrue(texts.contains("adoption pid N taken up, running since T"), texts::toString);
            assertTrue(texts.contains("command reload, by root"), texts::toString);
            assertTrue(
                    texts.stream().anyMatch(text -> text.startsWith("configuration refused: " + bed.conf)),
                    texts::toString);
            assertTrue(texts.contains("configuration read again: added more"), texts::toString);
        }
    }

    @Test
    void aFollowerSeesWhatHappensAndTheDaemonsEnd() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("").start();
            Path output = bed.work.resolve("followed");
            Process follower = new ProcessBuilder(
                            Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisorctl")
                                    .toString(),
                            "-c",
                            bed.conf.toString(),
                            "events",
                            "-f")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> Files.readString(output).contains("started, pid"));
            bed.done("reload");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> Files.readString(output).contains("read again: nothing has changed"));

            bed.endDaemon();

            assertEquals(4, follower.waitFor());
            assertTrue(Files.readString(output).contains("is gone: the daemon has ended"), Files.readString(output));
        }
    }
}
