package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Services of which several copies run: more of them, fewer, and one alone. */
@KernelTest
final class InstancesIT {
    private static final String QUICK = "start.ready-after = 50 ms\n";

    private static String web(Path rootfs, int instances, String keys) {
        return "web { rootfs = " + rootfs + ", command = [/bin/sh, -c, \"echo I am $1; exec sleep 1000\", -, "
                + "web-${instance.padded}]\n" + QUICK + "instances = " + instances + "\n" + keys + "\n}\n";
    }

    private static List<Long> pids(DaemonBed bed, int count) {
        return IntStream.range(0, count).mapToObj(i -> bed.pid("web:web_0" + i)).toList();
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    private static void awaitRunning(DaemonBed bed, int count) {
        for (int i = 0; i < count; i++) {
            bed.awaitStatus(count == 1 ? "web" : "web:web_0" + i, "RUNNING");
        }
    }

    @Test
    void onlyTheDifferenceIsStartedOrStopped() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            bed.settings("on-exit = keep")
                    .services(web(rootfs, 1, "") + "other { rootfs = " + rootfs + ", command = [/bin/sleep, 1000] }")
                    .start();
            awaitRunning(bed, 1);
            long first = bed.pid("web");

            bed.services(web(rootfs, 3, "") + "other { rootfs = " + rootfs + ", command = [/bin/sleep, 1000] }");
            assertEquals("web: changed\n", bed.done("reread"));
            assertEquals("~ web  (live)\n    instances: 1 -> 3  (live, " + bed.conf + ":10)\n", bed.done("reload"));
            List<Long> three = pids(bed, 3);
            assertEquals(first, three.get(0));
            assertEquals(3, three.stream().distinct().filter(pid -> pid > 0).count());
            assertEquals(
                    List.of("other", "web:web_00", "web:web_01", "web:web_02"),
                    bed.done("status").lines().map(InstancesIT::name).toList());
            bed.awaitOutput("web:web_00", "I am web-00");
            bed.awaitOutput("web:web_02", "I am web-02");

            bed.killDaemon();
            bed.start();
            assertEquals(three, pids(bed, 3), "another daemon restarts none of them");

            bed.services(web(rootfs, 2, "") + "other { rootfs = " + rootfs + ", command = [/bin/sleep, 1000] }");
            bed.done("reload");
            assertEquals(three.subList(0, 2), pids(bed, 2));
            assertEquals(4, bed.ctl("status", "web:web_02").code());
            assertEquals(List.of(), bed.groups("web_02"));

            bed.services(web(rootfs, 1, ""));
            bed.done("reload");
            assertEquals(first, bed.pid("web"));
            assertEquals("web", name(bed.done("status")));
            assertEquals(
                    0,
                    bed.done("events", "web")
                            .lines()
                            .filter(l -> l.contains("left in the group killed"))
                            .count());

            bed.done("shutdown", "--stop");
            bed.awaitDaemonsEnd();
        }
    }

    @Test
    void everyCommandKnowsTheGroupAndItsMembers() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            bed.services(web(rootfs, 3, "")).start();
            awaitRunning(bed, 3);
            List<Long> before = pids(bed, 3);

            assertEquals("web:web_01: stopped\nweb:web_01: started\n", bed.done("restart", "web:web_01"));
            List<Long> after = pids(bed, 3);
            assertEquals(before.get(0), after.get(0));
            assertNotEquals(before.get(1), after.get(1));
            assertEquals(before.get(2), after.get(2));

            assertEquals("web:web_01: stopped\n", bed.done("stop", "web:web_01"));
            assertEquals(3, bed.ctl("status", "web:*").code());
            assertEquals(
                    "web:web_00: ERROR (already started)\nweb:web_01: started\nweb:web_02: ERROR (already started)\n",
                    bed.done("start", "web"));
            assertEquals("web:web_02: signalled\n", bed.done("signal", "CONT", "web:web_02"));
            assertEquals("web:web_00: paused\n", bed.done("pause", "web:web_00"));
            assertEquals("web:web_00: resumed\n", bed.done("resume", "web:web_00"));
            Ctl.Result several = bed.ctl("tail", "web");
            assertEquals("web: ERROR (which of web:web_00, web:web_01, web:web_02?)\n", several.out());
            assertTrue(bed.done("logs", "web").contains("web:web_02"));
            assertTrue(bed.done("inspect", "web:web_02").contains("/web_02"));
            assertTrue(bed.done("explain", "web:web_02").startsWith("web:web_02 is RUNNING"));
            assertEquals(
                    List.of("web:web_01"),
                    bed.done("events", "web:web_01")
                            .lines()
                            .map(line -> name(line.substring("2026-11-24 03:12:09.000  ".length())))
                            .distinct()
                            .toList());
            assertEquals("web-02\n", bed.done("exec", "web:web_02", "--", "/bin/sh", "-c", "echo web-02"));
            assertEquals(3, bed.done("stop", "web:*").lines().count());
            assertEquals("", bed.processes().stream().reduce("", String::concat));
        }
    }

    @Test
    void whoWasStoppedStaysSoWhenThereAreMore() throws IOException {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            bed.services(web(rootfs, 2, "")).start();
            awaitRunning(bed, 2);
            bed.done("stop", "web");

            bed.services(web(rootfs, 3, ""));
            bed.done("reload");

            assertTrue(bed.status("web:web_02").startsWith("STOPPED"), () -> bed.status("web:web_02"));
            assertEquals(3, bed.done("start", "web").lines().count());
        }
    }

    @Test
    void oneOfSeveralIsBrokenWithItsService() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            bed.settings("on-exit = keep").services(web(rootfs, 2, "")).start();
            awaitRunning(bed, 2);
            List<Long> before = pids(bed, 2);

            bed.killDaemon();
            bed.services(web(rootfs, 2, "nonsense = true"));
            bed.start();
            assertEquals(before, List.of(bed.pid("web:web"), bed.pid("web:web_01")), "what runs is left alone");
            bed.services(web(rootfs, 2, ""));
            bed.done("reload");

            assertEquals(before, pids(bed, 2));
            bed.done("shutdown", "--stop");
            bed.awaitDaemonsEnd();
        }
    }

    @Test
    void dependencyIsOnAllOfThem() throws IOException {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            bed.services(web(rootfs, 2, "") + "front { rootfs = " + rootfs
                            + ", command = [/bin/sleep, 1000], requires = [web], start.ready-after = 0 }")
                    .start();
            bed.awaitStatus("front", "RUNNING");
            awaitRunning(bed, 2);

            bed.done("stop", "web:web_01");

            assertTrue(
                    bed.done("explain", "front")
                            .startsWith("front is STOPPED: it requires web:web_01, which an operator has stopped"),
                    () -> bed.ctl("explain", "front").out());
        }
    }
}
