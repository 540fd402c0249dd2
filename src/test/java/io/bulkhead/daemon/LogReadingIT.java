package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What services write, read while they write it. */
@KernelTest
final class LogReadingIT {
    private static final int LINES = 20_000;

    private static Process ctl(DaemonBed bed, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisorctl")
                        .toString(),
                "-c",
                bed.conf.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static void awaitText(Path file, String text) {
        await().atMost(DaemonBed.PATIENCE.multipliedBy(4))
                .until(() -> Files.exists(file) && Files.readString(file).contains(text));
    }

    @Test
    void followersMissNoLineWhileFilesAreRotated() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sh", "bash", "sleep");
            // Begins once it is told to, so that nobody comes too late.
            String program = "/bin/bash, -c, \"trap 'go=1' USR1; echo 0; while [ -z \\\"$go\\\" ]; do sleep 0.05; done;"
                    + " for ((i = 1; i <= " + LINES + "; i++)); do echo $i; done; echo the end; exec sleep 1000\"";
            bed.services("fast { rootfs = " + rootfs + ", command = [" + program
                            + "], autostart = false, log { max-size = 1 KiB, backups = 1000 } }\n"
                            + "slow { rootfs = " + rootfs
                            + ", command = [/bin/bash, -c, \"echo here; exec sleep 1000\"], autostart = false }")
                    .start();
            Path tail = bed.work.resolve("tail");
            Path logs = bed.work.resolve("logs");
            List<Process> followers = List.of(
                    ctl(bed, tail, "tail", "-f", "fast"), ctl(bed, logs, "logs", "-f", "-n", "all", "fast", "slow"));
            bed.done("start", "fast", "slow");
            awaitText(tail, "0\n");
            awaitText(logs, "  0\n");
            bed.done("signal", "USR1", "fast");
            awaitText(tail, "the end\n");
            awaitText(logs, "the end\n");
            awaitText(logs, "here\n");
            followers.forEach(Process::destroy);
            for (Process follower : followers) {
                follower.waitFor();
            }

            List<String> tailed = Files.readAllLines(tail);
            List<String> logged = Files.readAllLines(logs);

            assertEquals(LINES + 2, tailed.size());
            logged.removeIf(line -> line.endsWith("  here"));
            assertEquals(LINES + 2, logged.size());
            for (int i = 0; i <= LINES; i++) {
                assertEquals(Integer.toString(i), tailed.get(i));
                assertTrue(logged.get(i).matches("[-0-9]{10} [:.0-9]{12}  fast             " + i), logged.get(i));
            }
            assertTrue(Files.exists(bed.logDir().resolve("fast.stdout.log.1")), "rotated too seldom");
            assertEquals(
                    tailed.subList(LINES - 49, LINES + 2),
                    bed.done("logs", "-n", "51", "fast")
                            .lines()
                            .map(line -> line.substring(line.lastIndexOf("  ") + 2))
                            .toList());
        }
    }

    @Test
    void aFollowerGoesOnAfterAClear() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sh", "bash", "sleep");
            bed.services("web { rootfs = " + rootfs + ", command = [/bin/bash, -c, "
                            + "\"trap 'echo again' USR1; echo begun; while :; do sleep 0.02; done\"] }")
                    .start();
            bed.awaitOutput("web", "begun");
            Path tail = bed.work.resolve("tail");
            Process follower = ctl(bed, tail, "tail", "-f", "web");
            awaitText(tail, "begun\n");
            bed.done("clear", "web");
            bed.done("signal", "USR1", "web");
            awaitText(tail, "again\n");
            follower.destroy();
            follower.waitFor();

            assertEquals("begun\nagain\n", Files.readString(tail));
            assertEquals("again\n", bed.done("tail", "web"));
        }
    }

    @Test
    void theDaemonsOwnLogIsReadAndOpenedAgain() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("").start();
            assertTrue(bed.done("maintail").contains("ready services=0"), () -> bed.done("maintail"));
            Path tail = bed.work.resolve("tail");
            Process follower = ctl(bed, tail, "maintail", "-f");
            awaitText(tail, "ready services=0");
            Path file = bed.logDir().resolve("supervisord.log");
            Files.move(file, bed.work.resolve("moved"));
            bed.signalDaemon("USR2");
            await().atMost(DaemonBed.PATIENCE).until(() -> Files.exists(file));
            bed.services("x { }");
            bed.signalDaemon("HUP");
            awaitText(tail, "not reloaded");
            bed.endDaemon();

            assertEquals(4, follower.waitFor());
            assertTrue(Files.readString(file).contains("ended"), Files.readString(file));
        }
    }
}
