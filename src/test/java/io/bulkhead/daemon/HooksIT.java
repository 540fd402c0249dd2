package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands before and after a service's run: real ones, which write down what they are and what they see. */
@KernelTest
final class HooksIT {
    private static void awaitEvent(DaemonBed bed, String text) {
        await().atMost(DaemonBed.PATIENCE)
                .untilAsserted(() -> assertTrue(bed.done("events", "web").contains(text), bed.done("events", "web")));
    }

    @Test
    void runAroundEachRunInTheServicesSurroundings() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "user = 12, hostname = box, stop.timeout = 100 ms, environment.VALUE = some, pids.max = 20\n"
                                    + HookStage.hook(
                                            "pre-start",
                                            "echo before $(id -u) $HOSTNAME $VALUE $BULKHEAD_SERVICE >> /journal/log;"
                                                    + " cat /sys/fs/cgroup/pids/pids.max /proc/self/cgroup; echo said before",
                                            "")
                                    + HookStage.hook(
                                            "post-stop",
                                            "echo after $(id -u) $BULKHEAD_EXIT_STATUS/$BULKHEAD_EXIT_SIGNAL >> /journal/log",
                                            "")))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            stage.awaitLines("before 12 box some web", "main");
            bed.awaitOutput("web", "said before\n");
            assertEquals(
                    List.of("20"),
                    Files.readAllLines(bed.groupFile("web", "pids.max").orElseThrow()));

            DaemonBed.signal("KILL", bed.pid("web"));

            stage.awaitLines("before 12 box some web", "main", "after 12 /KILL", "before 12 box some web", "main");
            bed.awaitStatus("web", "RUNNING");
            bed.done("stop", "web");
            assertEquals("after 12 /KILL", stage.lines().get(5));
            String events = bed.done("events", "web");
            assertTrue(events.contains("pre-start: exit status 0"), events);
        }
    }

    @Test
    void anEndsStatusIsTold() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            "exit 3",
                            "restart.policy = never\n"
                                    + HookStage.hook(
                                            "post-stop",
                                            "echo after $BULKHEAD_EXIT_STATUS/$BULKHEAD_EXIT_SIGNAL >> /journal/log",
                                            "")))
                    .start();

            bed.awaitStatus("web", "EXITED");
            assertEquals(List.of("after 3/"), stage.lines());
        }
    }

    @Test
    void aFailedPreStartIsAFailedStart() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "autostart = false, restart.limit.attempts = 2\n"
                                    + HookStage.hook("pre-start", "echo before >> /journal/log; exit 3", "")
                                    + HookStage.hook("post-stop", "echo after >> /journal/log", "")))
                    .start();

            Ctl.Result start = bed.ctl("start", "web");

            assertEquals(7, start.code());
            assertEquals("web: ERROR (spawn error)\n", start.out());
            assertEquals("web: pre-start failed: exit status 3\n", start.err());
            bed.awaitStatus("web", "FATAL pre-start failed: exit status 3");
            assertEquals(List.of("before", "after", "before", "after", "before", "after"), stage.lines());
            String why = bed.done("explain", "web");
            assertTrue(why.startsWith("web is FATAL: pre-start failed: exit status 3;"), why);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"container", "host"})
    void aMissingProgramIsNamed(String where) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "restart.limit { attempts = 1, window = 1 h }\n"
                                    + "pre-start { command = /bin/nosuch, where = " + where + " }"))
                    .start();

            bed.awaitStatus("web", "FATAL pre-start: execve /bin/nosuch: ENOENT");
            assertEquals(List.of(), stage.lines());
            HookStage.awaitNobody(bed);
        }
    }

    @Test
    void oneWhoseLaunchHangsIsNamedWithItsOwnLimit() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "restart.policy = never\n" + HookStage.hook("pre-start", "exit 0", "timeout = 300 ms")))
                    .start();
            bed.awaitStatus("web", "RUNNING");
            bed.done("stop", "web");
            Optional<Path> group = bed.groupFile("web", "cgroup.freeze").map(Path::getParent);
            Assumptions.assumeTrue(group.isPresent(), "no cgroup v2 to freeze a child in");
            // Its own the daemon would thaw.
            Path freeze = group.get().resolve("../cgroup.freeze");
            Files.writeString(freeze, "1");

            Ctl.Result start = bed.ctl("start", "web");

            Files.writeString(freeze, "0");
            String reason = "pre-start: clone3: still not done after 300 ms (pre-start.timeout)";
            assertEquals(
                    "web: " + reason + "\n", start.err(), () -> start + bed.done("events", "web") + bed.daemonLog());
        }
    }

    @ParameterizedTest
    @CsvSource({"container, pid = private", "container, pid = host", "host, pid = private"})
    void oneThatHangsIsKilledWithAllItStarted(String where, String namespaces) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "restart.policy = never, namespaces." + namespaces + "\n"
                                    + HookStage.hook(
                                            "pre-start", HookStage.HANGS, "timeout = 500 ms, where = " + where)))
                    .start();

            bed.awaitStatus("web", "FATAL pre-start took longer than 500 ms");
            HookStage.awaitNobody(bed);
            assertEquals(List.of(), stage.lines());
        }
    }

    @Test
    void whatAPreStartLeavesIsGoneBeforeTheServiceStarts() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "namespaces.pid = host\n"
                                    + HookStage.hook("pre-start", "setsid sleep 1000 & disown; exit 0", "")))
                    .start();

            bed.awaitStatus("web", "RUNNING");
            assertEquals(List.of(Long.toString(bed.pid("web"))), bed.processes());
        }
    }

    @Test
    void aFailedPostStopIsToldAndNoMore() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(HookStage.MAIN, HookStage.hook("post-stop", "exit 4", "")))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            DaemonBed.signal("KILL", bed.pid("web"));

            stage.awaitLines("main", "main");
            awaitEvent(bed, "post-stop: exit status 4");
            bed.awaitLog("service=web hook=post-stop exit status 4");
            assertEquals("web: stopped\n", bed.done("stop", "web"));
        }
    }

    @Test
    void onTheHostItIsRootOutsideOfEverything() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            Path seen = bed.work.resolve("seen");
            bed.services(stage.web(
                            HookStage.MAIN,
                            "user = 12, environment.VALUE = some, memory.max = 32 MiB\n"
                                    + HookStage.hook(
                                            "pre-start",
                                            "cat /proc/self/status /proc/self/cgroup > " + seen
                                                    + "; env >> " + seen
                                                    + "; readlink /proc/self/root /proc/self/ns/pid /proc/self/ns/mnt >> "
                                                    + seen + "; setsid sleep 1000 & echo said",
                                            "where = host")))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            bed.awaitOutput("web", "said\n");
            List<String> lines = Files.readAllLines(seen);
            String own = Files.readString(Path.of("/proc/" + bed.daemonPid() + "/status"));
            for (String field : List.of("CapEff", "CapBnd", "Seccomp", "NoNewPrivs")) {
                assertTrue(
                        lines.containsAll(own.lines()
                                .filter(l -> l.startsWith(field + ":"))
                                .toList()),
                        field);
            }
            assertTrue(lines.contains("Uid:\t0\t0\t0\t0"));
            assertTrue(lines.contains("BULKHEAD_SERVICE=web") && lines.contains("BULKHEAD_ROOTFS=" + stage.rootfs()));
            assertTrue(lines.contains("/"));
            assertTrue(lines.contains(
                    Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString()));
            assertTrue(lines.stream().anyMatch(l -> l.endsWith("/" + bed.parent + "/_web")), lines::toString);
            assertTrue(lines.stream().noneMatch(l -> l.startsWith("VALUE=")), "the service's variables");
            assertEquals(List.of(), bed.groups("_web"), "what it left is gone with its group");
            assertEquals(List.of(Long.toString(bed.pid("web"))), bed.processes());
        }
    }

    @Test
    void isShownWhileItRunsAndEndedByAStop() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(
                            HookStage.MAIN,
                            "stop.timeout = 300 ms\n" + stage.waits("pre-start")
                                    + HookStage.hook("post-stop", "echo after >> /journal/log", "")))
                    .start();
            bed.awaitStatus("web", "STARTING pre-start, pid ");
            stage.awaitLines("pre-start");
            String why = bed.done("explain", "web");
            assertTrue(why.startsWith("web is STARTING: pre-start, pid "), why);
            String inspection = bed.done("inspect", "web");
            assertTrue(
                    inspection.matches(
                            "(?s).*\nhook: pre-start of \\[/bin/bash, -c, exec 9>> .*\\]"
                                    + " in a container as the service's, pid [0-9]+, for 30 s at most \\(pre-start.timeout\\)\n.*"),
                    inspection);

            assertEquals("web: stopped\n", bed.done("stop", "web"));

            assertEquals(List.of("pre-start", "after"), stage.lines());
            HookStage.awaitNobody(bed);
        }
    }

    @Test
    void aServiceThatIsTakenOutIsFollowedByItsPostStop() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(HookStage.MAIN, HookStage.hook("post-stop", "echo after >> /journal/log", "")))
                    .start();
            bed.awaitStatus("web", "RUNNING");

            bed.services("");
            bed.done("reload");

            assertEquals(List.of("main", "after"), stage.lines());
            assertEquals(List.of(), bed.groups("web"));
        }
    }

    @Test
    void aChangeOfThemTouchesNothingThatRuns() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            bed.services(stage.web(HookStage.MAIN, "")).start();
            bed.awaitStatus("web", "RUNNING");
            long pid = bed.pid("web");

            bed.services(stage.web(HookStage.MAIN, HookStage.hook("post-stop", "echo after >> /journal/log", "")));
            String done = bed.done("reload");

            assertTrue(done.startsWith("~ web  (live)\n    post-stop.command: none -> "), done);
            assertEquals(pid, bed.pid("web"));
            bed.done("stop", "web");
            assertEquals(List.of("main", "after"), stage.lines());
        }
    }

    @ParameterizedTest
    @CsvSource({"pre-start, container", "pre-start, host", "post-stop, container", "post-stop, host"})
    void theNextDaemonTakesOneUpThatRuns(String point, String where) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            Path fifo = stage.journal().resolve("go");
            Path log = stage.journal().resolve("log");
            String keys = HookStage.hook(
                    point,
                    "echo " + point + " >> " + (where.equals("host") ? log : "/journal/log") + "; read line < "
                            + (where.equals("host") ? fifo : "/journal/go") + "; echo " + point + " done >> "
                            + (where.equals("host") ? log : "/journal/log"),
                    "where = " + where);
            bed.services(stage.web(HookStage.MAIN, keys)).start();
            boolean before = point.equals("pre-start");
            if (!before) {
                bed.awaitStatus("web", "RUNNING");
                stage.awaitLines("main"); // it may run before it has said so
                DaemonBed.signal("KILL", bed.pid("web"));
            }
            bed.awaitStatus("web", (before ? "STARTING " : "STOPPING ") + point + ", pid ");
            stage.awaitLines(before ? new String[] {point} : new String[] {"main", point});
            String shown = bed.status("web");

            bed.killDaemon();
            bed.start();

            assertEquals(shown, bed.status("web"));
            stage.letGo();
            if (before) {
                stage.awaitMainAfterAdopted(bed, point);
            } else {
                bed.awaitStatus("web", "RUNNING");
                stage.awaitLines("main", point, point + " done", "main");
                letGoOnStop(bed, stage);
            }
        }
    }

    private static void letGoOnStop(DaemonBed bed, HookStage stage) throws IOException {
        bed.done("stop", "--no-wait", "web");
        bed.awaitStatus("web", "STOPPING post-stop, pid ");
        stage.letGo();
        bed.awaitStatus("web", "STOPPED");
    }

    /** The first launch is the pre-start's, the second the service's, the third the post-stop's. */
    @ParameterizedTest
    @CsvSource({
        "HOOK_LAUNCHED, 1", "HOOK_LAUNCHED, 2", "RECORD_REPLACED, 1", "RECORD_REPLACED, 2", "RECORD_REPLACED, 3",
        "RECORD_REPLACED, 4", "RECORD_REPLACED, 5", "RECORD_REPLACED, 6", "RECORD_REPLACED, 7", "END_SEEN, 1",
        "END_SEEN, 2", "END_SEEN, 3", "LAUNCHED, 1"
    })
    void whereverTheDaemonDiesThereIsNoTwin(Checkpoint checkpoint, int nth) throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            HookStage stage = new HookStage(bed);
            String guarded = "exec 9>> /journal/lock; flock -n 9 || echo twin >> /journal/log; echo ";
            bed.services(stage.web(
                    "exec 9> /journal/lock; flock -n 9 || echo twin >> /journal/log; echo main >> /journal/log;"
                            + " [ -e /journal/second ] && exec sleep 1000; echo > /journal/second; exit 1",
                    HookStage.hook("pre-start", guarded + "before >> /journal/log", "")
                            + HookStage.hook("post-stop", guarded + "after >> /journal/log", "")));
            Process daemon = bed.startAs(InterruptedDaemon.at(checkpoint, nth));
            assertTrue(
                    daemon.waitFor(20, TimeUnit.SECONDS), () -> checkpoint + " was never reached\n" + bed.daemonLog());
            bed.forgetDaemon();

            bed.start();

            bed.awaitStatus("web", "RUNNING");
            bed.done("stop", "web");
            assertSound(stage.lines(), bed);
        }
    }

    /** Each main is preceded by a pre-start of its own, and followed by a post-stop before anything else begins. */
    private static void assertSound(List<String> lines, DaemonBed bed) {
        Map<String, String> allowed = new TreeMap<>(Map.of(
                "", "before after",
                "before", "before main after",
                "main", "after",
                "after", "after before"));
        String last = "";
        for (String line : lines) {
            assertTrue(allowed.getOrDefault(last, "").contains(line), () -> lines + "\n" + bed.daemonLog());
            last = line;
        }
        assertEquals("after", last, lines::toString);
        assertTrue(lines.contains("main"), lines::toString);
        assertFalse(lines.contains("twin"), lines::toString);
    }
}
