package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What services write while no daemon runs, and what becomes of it. */
@KernelTest
final class OutputRecoveryIT {
    @Test
    void noLineIsLostWhileNoDaemonRuns() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("web " + RecoveryIT.service(rootfs, "")).start();
            bed.awaitOutput("web", "line 10\n");

            bed.killDaemon();
            bed.start();

            String output = bed.awaitOutput("web", "line 100\n");
            int number = 0;
            for (String line : output.lines().toList()) {
                assertEquals("line " + ++number, line);
            }
        }
    }

    @Test
    void whatAServiceWroteBeforeItEndedUnseenIsNotLost() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("last { rootfs = " + rootfs
                            + ", command = [/bin/bash, -c, \"echo first; until [ -e /go ]; do read -t 0.05 <> /dev/ptmx; done; echo words\"]\n"
                            + "start.ready-after = 50 ms, restart.policy = never }\n")
                    .start();
            bed.awaitOutput("last", "first\n");
            long pid = bed.pid("last");

            bed.killDaemon();
            Files.createFile(rootfs.resolve("go"));
            await().atMost(DaemonBed.PATIENCE).until(() -> !Files.exists(Path.of("/proc/" + pid)));
            bed.start();

            assertEquals("first\nwords\n", bed.awaitOutput("last", "words\n"));
        }
    }

    /** Writes a line before it is let go, and one after it. */
    private static String twoLines(Path rootfs) {
        return "last { rootfs = " + rootfs
                + ", command = [/bin/bash, -c, \"echo first; until [ -e /go ]; do read -t 0.05 <> /dev/ptmx; done; echo words\"]\n"
                + "start.ready-after = 50 ms, restart.policy = never }\n";
    }

    @Test
    void whoHoldsTheOutputMayBeKilledBeforeTheDaemonIs() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services(twoLines(rootfs)).start();
            bed.awaitOutput("last", "first\n");
            long pid = bed.pid("last");
            long keeper = bed.keepers().get(0);

            DaemonBed.signal("KILL", keeper);
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.keepers().size() == 1 && !bed.keepers().contains(keeper));
            bed.killDaemon();
            Files.createFile(rootfs.resolve("go"));
            await().atMost(DaemonBed.PATIENCE).until(() -> !Files.exists(Path.of("/proc/" + pid)));
            bed.start();

            assertEquals("first\nwords\n", bed.awaitOutput("last", "words\n"));
        }
    }

    @Test
    void withBothKilledTheServiceItselfHoldsItsOutput() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services(twoLines(rootfs)).start();
            bed.awaitOutput("last", "first\n");
            long keeper = bed.keepers().get(0);

            bed.killDaemon();
            DaemonBed.signal("KILL", keeper);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.keepers().isEmpty());
            bed.start();
            Files.createFile(rootfs.resolve("go"));

            assertEquals("first\nwords\n", bed.awaitOutput("last", "words\n"));
        }
    }

    /** As an older version has started it, and as a host does where no process can be had that holds pipes. */
    @Test
    void aServiceThatWritesToAFifoIsTakenUpByItsName() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            Path obstacle = Files.createDirectories(bed.runDir().resolve("keeper.next"));
            bed.services(twoLines(rootfs)).start();
            bed.awaitOutput("last", "first\n");
            long pid = bed.pid("last");
            assertTrue(Files.exists(bed.runDir().resolve("fifo/last.stdout")));
            assertEquals(List.of(), bed.keepers());

            bed.killDaemon();
            Files.delete(obstacle);
            bed.start();
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.keptStreams().contains("last.stdout"));
            bed.killDaemon();
            Files.createFile(rootfs.resolve("go"));
            await().atMost(DaemonBed.PATIENCE).until(() -> !Files.exists(Path.of("/proc/" + pid)));
            bed.start();

            assertEquals("first\nwords\n", bed.awaitOutput("last", "words\n"));
            assertEquals("last: started\n", bed.done("start", "last"));
        }
    }

    @Test
    void logsAreReopenedOnUsr2() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash");
            bed.services("web " + RecoveryIT.service(rootfs, "")).start();
            bed.awaitOutput("web", "line 10\n");
            Path log = bed.logDir().resolve("web.stdout.log");

            Files.move(log, log.resolveSibling("moved"));
            bed.signalDaemon("USR2");

            await().atMost(DaemonBed.PATIENCE).until(() -> Files.exists(log) && Files.size(log) > 0);
            assertEquals("web: cleared\n", bed.done("clear", "web"));
        }
    }
}
