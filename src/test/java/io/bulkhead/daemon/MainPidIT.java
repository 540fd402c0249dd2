package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that name another process as their main one. */
@KernelTest
final class MainPidIT {
    private static final String CONNECT =
            "socket(S, 1, 2, 0) or die; sub notify { connect(S, pack(\"Sa*\", 1, $ENV{NOTIFY_SOCKET})) && send(S, $_[0], 0) }\n";

    /**
     * Does what it finds in {@code /box/say}: {@code hand over N}: a child is the main process and this one ends with the next
     * instruction, N times in a row; {@code split}: a child is, and this one lives; {@code say}: tells what follows. Tells its
     * pid when it comes to itself.
     */
    private static final String MASTER = CONNECT + """
            my $i = 0; my $told = 0;
            while (1) {
                if ($told != $$ && !-e "/box/silent") { notify("READY=1\\nSTATUS=I am $$"); $told = $$; }
                if (open(F, "/box/say")) {
                    my $m; { local $/; $m = <F>; } close(F); unlink("/box/say");
                    if ($m =~ /^hand over (\\d+)/) {
                        for (1 .. $1) { my $p = fork(); if ($p) { notify("MAINPID=$p"); kill(9, $$); } }
                    } elsif ($m =~ /^split/) {
                        my $p = fork();
                        if ($p) { notify("MAINPID=$p"); $SIG{TERM} = "IGNORE"; while (1) { select(undef, undef, undef, 1000); } }
                    } elsif ($m =~ /^say (.*)/s) { notify($1); }
                    elsif ($m =~ /^exit (\\d+)/) { exit($1); }
                }
                select(undef, undef, undef, 0.01);
            }
            """;

    /** Names others as fast as it can: somebody else's, nobody's, and two of its own in turn. */
    private static final String EVIL = CONNECT + """
            notify("READY=1"); my $p = fork(); if (!$p) { while (1) { select(undef, undef, undef, 1000); } }
            while (1) { $i++; notify("STATUS=said $i\\nMAINPID=" . ($i % 4 == 0 ? 1 : $i % 4 == 1 ? $i % 4000000 : $i % 4 == 2 ? $p : $$)); }
            """;

    private static final String HOST = "namespaces.pid = host, start.ready = notify\n";

    /** A service, and how it is told what to do. */
    private static final class Stage implements AutoCloseable {
        private final DaemonBed bed = new DaemonBed();
        private final Path rootfs;

        Stage() throws IOException {
            rootfs = bed.defaults("start.timeout = 60 s, stop.timeout = 2 s, restart.backoff.initial = 20 ms")
                    .rootfs("root", "perl", "sleep");
            Files.writeString(rootfs.resolve("master"), MASTER);
            Files.writeString(rootfs.resolve("evil"), EVIL);
        }

        String service(String name, String program, String keys) throws IOException {
            Files.createDirectories(box(name));
            return name + " { rootfs = " + rootfs + ", command = [/bin/perl, /" + program + "]\n"
                    + "mounts = [{ source = " + box(name) + ", target = /box }]\n" + keys + "\n}\n";
        }

        Path box(String name) {
            return bed.work.resolve("box-" + name);
        }

        void say(String name, String what) throws IOException {
            Path draft = Files.writeString(box(name).resolve("draft"), what);
            Files.move(draft, box(name).resolve("say"), StandardCopyOption.ATOMIC_MOVE);
        }

        /** The pid of the one that runs, once it and the daemon agree on that. */
        long settled(String name, long other) {
            await().atMost(DaemonBed.PATIENCE)
                    .pollInterval(Duration.ofMillis(5))
                    .untilAsserted(() -> {
                        long pid = bed.pid(name);
                        assertNotEquals(other, pid);
                        String status = bed.status(name);
                        assertTrue(
                                status.startsWith("RUNNING pid " + pid) && status.endsWith(": I am " + pid),
                                () -> status + bed.done("events", name) + bed.daemonLog());
                    });
            return bed.pid(name);
        }

        /** Tells it what to tell, and waits until that is heard. */
        void says(String name, String status, String message) throws IOException {
            say(name, "say " + message + "\nSTATUS=" + status);
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.status(name).endsWith(": " + status));
        }

        String event(String name, String text) {
            return await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.done("events", "-n", "1000", name), all -> all.contains(text));
        }

        long count(String name, String text) {
            return bed.done("events", "-n", "1000", name)
                    .lines()
                    .filter(line -> line.contains(text))
                    .count();
        }

        @Override
        public void close() throws IOException {
            bed.close();
        }
    }

    private static boolean exists(long pid) {
        return Files.exists(Path.of("/proc", Long.toString(pid)));
    }

    /** One that has ended is there until its parent has reaped it. */
    private static boolean lives(long pid) {
        try {
            return !Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .matches("(?s).*\\) [ZX] .*");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void whoHandsOverAndEndsAtOnceHasNotEnded() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service(
                            "web",
                            "master",
                            HOST + "health.exec = [/bin/perl, -e, 1], health { interval = 100 ms, failures = 100 }"))
                    .start();
            long pid = stage.settled("web", 0);
            for (int times : new int[] {1, 1, 2, 50, 1, 7, 50, 1}) {
                stage.say("web", "hand over " + times);
                pid = stage.settled("web", pid);
            }

            assertEquals(1, stage.count("web", "launched"), () -> bed.done("events", "web"));
            assertEquals(0, stage.count("web", "BACKOFF"));
            assertTrue(
                    bed.done("--json", "status", "web").contains("\"restarts\":0"), () -> bed.done("--json", "status"));
            assertTrue(
                    bed.done("inspect", "web").contains("main process is now pid " + pid + " (MAINPID, before: pid "));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() ->
                            bed.done("inspect", "web").contains("\n  healthy: exec /bin/perl -e 1: exit status 0"));

            stage.say("web", "exit 7");
            stage.event("web", "Ended unexpectedly: exit status 7");
            stage.settled("web", pid);
            assertEquals(2, stage.count("web", "launched"));
        }
    }

    @Test
    void theOneBeforeMayLiveOnAndComeBack() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service("web", "master", HOST)).start();
            long first = stage.settled("web", 0);

            stage.say("web", "split");
            long second = stage.settled("web", first);
            assertTrue(lives(first));
            stage.say("web", "say MAINPID=" + first);
            stage.event("web", "main process is now pid " + first + " (MAINPID, before: pid " + second + ")");
            assertEquals(first, bed.pid("web"));
            stage.say("web", "say MAINPID=" + second);
            stage.settled("web", first);

            DaemonBed.signal("KILL", first);
            await().atMost(DaemonBed.PATIENCE).until(() -> !exists(first)); // the daemon's child
            assertEquals(second, stage.settled("web", first));
            assertEquals(1, stage.count("web", "launched"));

            stage.say("web", "split");
            long third = stage.settled("web", second);
            assertTrue(lives(second));
            bed.done("stop", "web");
            stage.event("web", "SIGTERM to pid " + third);
            assertFalse(lives(second) || lives(third));
        }
    }

    @Test
    void itMayComeUpInAnotherProcess() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            String services = stage.service("web", "master", HOST);
            Files.createFile(stage.box("web").resolve("silent"));
            bed.services(services).start();
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("web") != 0);
            long first = bed.pid("web");

            stage.say("web", "hand over 3");
            stage.event("web", "(MAINPID, before: pid " + first + ")");
            bed.awaitStatus("web", "STARTING not ready: it has not said READY=1; it fails 60 s after its start");
            Files.delete(stage.box("web").resolve("silent"));

            stage.settled("web", first);
            assertEquals(1, stage.count("web", "launched"));
            assertEquals(1, stage.count("web", "ready: not ready -> ready (it said READY=1"));
        }
    }

    @Test
    void nobodyElsesProcessIsTaken() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service("web", "master", HOST) + stage.service("db", "master", HOST))
                    .start();
            long web = stage.settled("web", 0);
            long db = stage.settled("db", 0);
            bed.done("exec", "-d", "web", "--", "sleep", "1000");
            long sent = await().atMost(DaemonBed.PATIENCE)
                    .until(() -> child(bed.daemonPid(), "sleep"), Optional::isPresent)
                    .orElseThrow();

            for (long named : new long[] {1, db, ProcessHandle.current().pid(), bed.daemonPid()}) {
                stage.say("web", "say MAINPID=" + named);
                stage.event("web", "MAINPID=" + named + " is passed over: it is not in the service's own cgroup");
            }
            stage.say("web", "say MAINPID=4194304");
            stage.event("web", "MAINPID=4194304 is passed over: there is no such process");
            stage.say("web", "say MAINPID=" + sent);
            stage.event("web", "MAINPID=" + sent + " is passed over: it is a command that was sent into the service");

            assertEquals(web, stage.settled("web", 0));
            assertEquals(db, stage.settled("db", 0));
            bed.done("stop", "web");
            assertEquals(db, bed.pid("db"));
            assertFalse(lives(sent));
        }
    }

    private static Optional<Long> child(long parent, String program) {
        return ProcessHandle.of(parent)
                .orElseThrow()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith(program))
                .map(ProcessHandle::pid)
                .findFirst();
    }

    @Test
    void withAPidNamespaceOfItsOwnItIsToldOnce() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service("plain", "master", "start.ready = notify")
                            + stage.service("init", "master", "start.ready = notify, init = true"))
                    .start();
            bed.awaitStatus("plain", "RUNNING");
            bed.awaitStatus("init", "RUNNING");
            long pid = bed.pid("plain");
            for (int i = 0; i < 5; i++) {
                for (String name : new String[] {"plain", "init"}) {
                    stage.says(name, i == 0 ? "own" : "still own", "MAINPID=1");
                    stage.says(name, "other " + i, "MAINPID=" + (5 + i));
                }
            }

            stage.event(
                    "plain",
                    "MAINPID=5 is passed over: with namespaces.pid = private all processes end with the first");
            stage.event("init", "is passed over: with init = true the main process is the init");
            assertEquals(1, stage.count("plain", "MAINPID"));
            assertEquals(1, stage.count("init", "MAINPID"));
            assertEquals(pid, bed.pid("plain"));
        }
    }

    @Test
    void whoeverNamesOthersWithoutEndHurtsNobody() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service("evil", "evil", HOST) + stage.service("web", "master", HOST))
                    .start();
            bed.awaitStatus("evil", "RUNNING");
            stage.settled("web", 0);
            long said = said(bed);
            await().atMost(DaemonBed.PATIENCE).until(() -> said(bed) > said + 500);
            Instant begun = Instant.now();
            long now = said(bed);
            await().atMost(DaemonBed.PATIENCE).until(() -> said(bed) > now + 500);
            long pid = stage.settled("web", 0);
            stage.say("web", "hand over 3");
            stage.settled("web", pid);

            long told = stage.count("evil", "MAINPID");
            long minutes = Duration.between(begun, Instant.now()).toMinutes() + 2;
            assertTrue(told > 0 && told <= 20 * minutes, told + " events in " + minutes + " minutes");
            assertEquals(1, stage.count("evil", "launched"));
        }
    }

    private static long said(DaemonBed bed) {
        return Long.parseLong(bed.status("evil").replaceAll(".*said |[^0-9]*$", ""));
    }

    @Test
    void anotherDaemonTakesUpTheOneThatItIsByNow() throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service("gone", "master", HOST) + stage.service("lives", "master", HOST))
                    .start();
            long gone = stage.settled("gone", 0);
            long lives = stage.settled("lives", 0);
            stage.say("gone", "hand over 1");
            stage.say("lives", "split");
            long one = stage.settled("gone", gone);
            long other = stage.settled("lives", lives);

            bed.killDaemon();
            bed.start();

            assertEquals(one, bed.pid("gone"));
            assertEquals(other, bed.pid("lives"));
            assertTrue(lives(lives));
            stage.say("gone", "hand over 20");
            long next = stage.settled("gone", one);
            stage.say("gone", "exit 7");
            stage.event("gone", "Ended unexpectedly: exit status 7");
            stage.settled("gone", next);
        }
    }

    /** That it is another by now was never written down: the one before is, or has ended while nobody looked. */
    @ParameterizedTest
    @ValueSource(strings = {"hand over 1", "split"})
    void aDaemonThatDiesBeforeItIsWrittenDownLeavesNoTwin(String how) throws Exception {
        try (Stage stage = new Stage()) {
            DaemonBed bed = stage.bed;
            bed.services(stage.service("web", "master", HOST));
            Process daemon = bed.startAs(InterruptedDaemon.at(Checkpoint.MAIN_MOVED, 1));
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.status("web").startsWith("RUNNING"));
            long first = stage.settled("web", 0);
            stage.say("web", how);
            assertTrue(daemon.waitFor(20, TimeUnit.SECONDS), bed::daemonLog);
            bed.forgetDaemon();

            bed.start();

            bed.awaitStatus("web", "RUNNING");
            if (how.equals("split")) {
                assertEquals(first, bed.pid("web"));
                DaemonBed.signal("KILL", first);
            }
            await().atMost(DaemonBed.PATIENCE).until(() -> stage.count("web", "launched") == 2);
            stage.settled("web", first);
            assertEquals(1, bed.processes().size());
        }
    }
}
