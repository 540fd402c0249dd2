package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The daemon is killed at each moment that has a name, and between the system calls of a launch; the next one goes on from
 * there. What was started is told by the services themselves: each writes a line into a file when it starts, and holds a
 * lock while it runs, so that a twin would be noticed.
 */
@KernelTest
final class KillAtEveryStepIT {
    private static final String SCRIPT = """
            exec 9> /evidence/$1.lock
            flock -n 9 || echo "$1 twice" >> /evidence/twins
            echo "$VALUE" >> /evidence/$1.starts
            if [ "$1" = ends ]; then
                ( exec 9>&-; while :; do read -t 60 <> /dev/ptmx; done ) &
                read -t 0.1 <> /dev/ptmx; exit 1
            fi
            i=0
            while :; do
                i=$((i + 1)); echo "line $i"
                read -t 0.01 <> /dev/ptmx
            done
            """;

    /** Runs beside no process of its service. */
    private static final String HOOK = """
            exec 9>> /evidence/$1.lock
            flock -n 9 || echo "a hook beside $1" >> /evidence/twins
            """;

    /** Hangs, with somebody it has started: the next daemon has to end both, for it is not to ask any more. */
    private static final String PROBE = """
            ( while :; do read -t 60 <> /dev/ptmx; done ) &
            while :; do read -t 60 <> /dev/ptmx; done
            """;

    /** Hands over to another process of its own as soon as it is up, and ends. Each has the lock while it runs. */
    private static final String MASTER = """
            open(L, ">>/evidence/moves.lock"); $^F = 255;
            flock(L, 6) or system("/bin/bash", "-c", "echo moves twice >> /evidence/twins");
            socket(S, 1, 2, 0); my $p = fork();
            if ($p) { connect(S, pack("Sa*", 1, $ENV{NOTIFY_SOCKET})) && send(S, "READY=1\\nMAINPID=$p", 0); kill(9, $$); }
            while (1) { select(undef, undef, undef, 1000); }
            """;

    private Path rootfs = Path.of("/");

    private String service(String name, String keys) {
        return name + " { rootfs = " + rootfs + ", command = [/bin/bash, /run.sh, " + name
                + "], start.ready-after = 50 ms\n" + keys + " }\n";
    }

    private static String hook(String point, String name) {
        return point + ".command = [/bin/bash, /hook.sh, " + name + "]\n";
    }

    private String services(String value, boolean gone) {
        String cpu = "cpu { period = 50 ms, quota = 10 ms }\n";
        return service(
                        "same",
                        "environment.VALUE = same\ninit = true\nlog { max-size = 2 KiB, backups = 100 }\n"
                                + (gone ? "" : "health { exec = [/bin/bash, /probe.sh], timeout = 1 h }\n") + cpu)
                + service("stopped", "environment.VALUE = stopped")
                + service("changed", hook("pre-start", "changed") + "init = true\nenvironment.VALUE = " + value)
                + "moves { rootfs = " + rootfs + ", command = [/bin/perl, /master]\n"
                + "namespaces.pid = host, start { ready = notify, timeout = 2 s }, restart { backoff.initial = 20 ms, limit.attempts = 0 } }\n"
                + service(
                        "ends",
                        "environment.VALUE = ends\nnamespaces.pid = host\nrestart { limit.attempts = 0, backoff.max = 100 ms }")
                + (gone ? "" : service("gone", hook("post-stop", "gone") + "environment.VALUE = gone\n" + cpu));
    }

    private List<String> starts(String service) throws IOException {
        Path file = rootfs.resolve("evidence").resolve(service + ".starts");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private void prepare(DaemonBed bed) throws IOException {
        rootfs = bed.rootfs("bash", "bash", "perl", "/usr/bin/flock");
        Files.writeString(rootfs.resolve("run.sh"), SCRIPT);
        Files.writeString(rootfs.resolve("hook.sh"), HOOK);
        Files.writeString(rootfs.resolve("probe.sh"), PROBE);
        Files.writeString(rootfs.resolve("master"), MASTER);
        Files.createDirectory(rootfs.resolve("evidence"));
        bed.settings("reconcile.interval = 200 ms").services(services("old", false));
    }

    /** {@link UserNamespaceIT} has the one that takes a user namespace. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OWNER_ASKED")
    void theNextDaemonGoesOnFrom(Checkpoint checkpoint) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            prepare(bed);
            Process daemon = bed.startAs(InterruptedDaemon.at(checkpoint, 1));
            Story story = new Story(bed, daemon);
            boolean stopped = story.runs() && story.stop();
            if (daemon.isAlive()) {
                bed.services(services("new", true));
                bed.ctl("reload");
            }
            assertTrue(
                    daemon.waitFor(20, TimeUnit.SECONDS), () -> checkpoint + " was never reached\n" + bed.daemonLog());
            bed.forgetDaemon();

            bed.services(services("new", true)).start();
            recovered(bed, stopped);
        }
    }

    @Test
    void anExecThatNobodyKnowsIsNoTwinAndEndsWithItsService() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed.services("web { rootfs = " + bed.rootfs("sleep", "sleep") + ", command = [/bin/sleep, 1000] }");
            Process daemon = bed.startAs(InterruptedDaemon.at(Checkpoint.JOINED, 1));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status", "web").out().contains("RUNNING"));
            long web = bed.pid("web");

            assertNotEquals(
                    0, bed.ctl("exec", "web", "--", "/bin/sleep", "1000").code());
            assertTrue(daemon.waitFor(20, TimeUnit.SECONDS), bed::daemonLog);
            bed.forgetDaemon();
            bed.start();

            bed.awaitStatus("web", "RUNNING");
            assertEquals(web, bed.pid("web"));
            bed.done("stop", "web");
            assertEquals(List.of(), bed.processes());
        }
    }

    /** The groups of those who ask, and their processes, with what these have started. */
    private static List<String> probes(DaemonBed bed) throws IOException {
        List<String> probes = new ArrayList<>();
        for (Path group : bed.groups()) {
            if (group.getFileName().toString().startsWith("bulkhead-probe.")) {
                probes.add(group.toString());
            }
        }
        for (String pid : bed.processes()) {
            Path command = Path.of("/proc", pid, "cmdline");
            if (Files.exists(command) && Files.readString(command).contains("/probe.sh")) {
                probes.add(pid);
            }
        }
        return probes;
    }

    /** From where it has let go of the daemon's descriptors: nothing before that waits, and its locks among them are kept so long. */
    @ParameterizedTest
    @ValueSource(ints = {5, 8, 20, 40, 60, 80})
    void aLaunchThatIsUnderWayIsFinishedOrUndone(int entry) throws Exception {
        for (int hold : List.of(200, 600_000)) {
            try (DaemonBed bed = new DaemonBed()) {
                prepare(bed);
                Process daemon = bed.startAs(InterruptedDaemon.beforeEntry(entry, hold));
                assertTrue(daemon.waitFor(20, TimeUnit.SECONDS), bed::daemonLog);
                bed.forgetDaemon();

                bed.services(services("new", true)).start();
                recovered(bed, false);
            }
        }
    }

    /** What happens to a daemon that may die at any moment. */
    private record Story(DaemonBed bed, Process daemon) {
        boolean runs() {
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> !daemon.isAlive()
                            || bed.ctl("status", "same", "stopped", "changed", "gone", "moves")
                                            .out()
                                            .split("RUNNING", -1)
                                            .length
                                    == 6);
            return daemon.isAlive();
        }

        boolean stop() {
            return bed.ctl("stop", "stopped").code() == 0;
        }
    }

    private void recovered(DaemonBed bed, boolean stopped) throws Exception {
        bed.awaitStatus("same", "RUNNING");
        bed.awaitStatus("changed", "RUNNING");
        bed.awaitStatus("moves", "RUNNING");
        await().atMost(DaemonBed.PATIENCE).until(() -> starts("changed").contains("new"));
        await().atMost(DaemonBed.PATIENCE).until(() -> bed.groups("gone").isEmpty());
        await().atMost(DaemonBed.PATIENCE)
                .until(() -> !Files.exists(bed.runDir().resolve("services/gone.service")));
        int ends = starts("ends").size();
        await().atMost(DaemonBed.PATIENCE).until(() -> starts("ends").size() > ends);

        assertEquals(List.of("same"), starts("same"), bed::daemonLog);
        assertTrue(
                List.of(List.of("new"), List.of("old", "new")).contains(starts("changed")),
                () -> "changed" + bed.daemonLog());
        assertTrue(starts("gone").size() <= 1, bed::daemonLog);
        if (stopped) {
            assertTrue(bed.status("stopped").startsWith("STOPPED"), bed::daemonLog);
        }
        assertTrue(starts("stopped").size() <= 1, bed::daemonLog);
        await().atMost(DaemonBed.PATIENCE).untilAsserted(() -> assertEquals(List.of(), probes(bed), bed::daemonLog));
        assertTrue(!Files.exists(rootfs.resolve("evidence/twins")), bed::daemonLog);
        for (Path file : List.of(bed.runDir().resolve("fifo"), bed.runDir().resolve("services"))) {
            try (var files = Files.list(file)) {
                assertEquals(
                        List.of(),
                        files.filter(f -> f.getFileName().toString().startsWith("gone"))
                                .toList());
            }
        }
        assertEquals(
                List.of(),
                bed.keptStreams().stream().filter(s -> s.startsWith("gone")).toList());
        assertEquals(1, bed.keepers().size());
        await().atMost(DaemonBed.PATIENCE).until(() -> lines(bed, "same").size() >= 100);
        bed.done("stop", "same");
        assertLinesAreWhole(bed, "same");
    }

    /** Every line that the service wrote is there once, in order, over all files of the log. */
    private static void assertLinesAreWhole(DaemonBed bed, String service) throws IOException {
        int number = 0;
        for (String line : lines(bed, service)) {
            assertEquals("line " + ++number, line);
        }
    }

    private static List<String> lines(DaemonBed bed, String service) throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 200; i >= 0; i--) {
            Path file = bed.logDir().resolve(service + ".stdout.log" + (i == 0 ? "" : "." + i));
            if (Files.exists(file)) {
                all.append(Files.readString(file));
            }
        }
        return all.toString().lines().toList();
    }
}
