package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Instances that are replaced in turn, by a reload and by an operator's restart. */
@KernelTest
final class RollingIT {
    /** Fails for as long as its directory holds a file "bad". */
    private static String web(Path rootfs, Path shared, String version) {
        return "web { rootfs = " + rootfs + ", instances = 3, start.ready-after = 300 ms\n"
                + "mounts = [{ source = " + shared + ", target = /shared }], restart.limit.attempts = 1\n"
                + "command = [/bin/sh, -c, \"[ ! -e /shared/bad ] || exit 3; echo $0; exec sleep 1000\", "
                + version + "] }\n";
    }

    private static List<Long> pids(DaemonBed bed) {
        return IntStream.range(0, 3).mapToObj(i -> bed.pid("web:web_0" + i)).toList();
    }

    private static DaemonBed begin(DaemonBed bed, Path rootfs, Path shared) throws IOException {
        bed.services(web(rootfs, shared, "v1")).start();
        IntStream.range(0, 3).forEach(i -> bed.awaitStatus("web:web_0" + i, "RUNNING"));
        return bed;
    }

    private static Path shared(DaemonBed bed) throws IOException {
        return Files.createDirectory(bed.work.resolve("shared"));
    }

    /** What happened to the service, in its order: {@code web:web_00 STARTING}. */
    private static List<String> states(DaemonBed bed, int from) {
        return bed.done("events", "-n", "all", "web")
                .lines()
                .filter(line -> line.contains(" -> "))
                .skip(from)
                .map(line -> line.replaceAll("^\\S+ \\S+ +(\\S+) +\\S+ -> ([A-Z]+).*", "$1 $2"))
                .filter(line -> !line.endsWith("STOPPED"))
                .toList();
    }

    private static List<String> turn(String name) {
        return List.of(name + " STOPPING", name + " STARTING", name + " RUNNING");
    }

    @Test
    void changeGoesFromInstanceToInstance() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            Path shared = shared(bed);
            begin(bed, rootfs, shared);
            List<Long> before = pids(bed);
            int events = states(bed, 0).size();

            bed.services(web(rootfs, shared, "v2"));
            String reload = bed.done("reload");

            assertTrue(reload.startsWith("~ web  (restart)\n    command: "), reload);
            List<Long> after = pids(bed);
            IntStream.range(0, 3).forEach(i -> assertNotEquals(before.get(i), after.get(i)));
            assertEquals(
                    IntStream.range(0, 3)
                            .mapToObj(i -> turn("web:web_0" + i))
                            .flatMap(List::stream)
                            .toList(),
                    states(bed, events),
                    "each is up before the next one goes");
            IntStream.range(0, 3).forEach(i -> bed.awaitOutput("web:web_0" + i, "v2"));
        }
    }

    @Test
    void changeHaltsWhereItFailsAndGoesOnWhenItIsAskedTo() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            Path shared = shared(bed);
            begin(bed.settings("on-exit = keep"), rootfs, shared);
            List<Long> before = pids(bed);
            Files.createFile(shared.resolve("bad"));

            bed.services(web(rootfs, shared, "v2"));
            Ctl.Result failed = bed.ctl("reload");

            assertEquals(7, failed.code(), failed::toString);
            bed.awaitStatus("web:web_00", "FATAL");
            String halted = "runs as it was until it ends, for the roll has halted: web:web_00 has failed: ";
            assertTrue(failed.err().contains("web:web_01 and 1 more: " + halted), failed::err);
            assertEquals(before.subList(1, 3), pids(bed).subList(1, 3));
            assertTrue(bed.status("web:web_01").endsWith(", roll halted"), () -> bed.status("web:web_01"));
            assertTrue(bed.done("explain", "web:web_02").contains("it " + halted));
            assertTrue(
                    bed.done("plan").contains("note: web: 2 of 3 instances: runs as it was"), () -> bed.done("plan"));
            assertTrue(
                    bed.done("events", "web:web_01").contains("runs as it was until it ends, for the roll has halted"));

            bed.killDaemon();
            Files.delete(shared.resolve("bad"));
            bed.start();
            assertEquals(before.subList(1, 3), pids(bed).subList(1, 3), "the next daemon remembers");
            assertTrue(bed.status("web:web_01").endsWith(", roll halted"), () -> bed.status("web:web_01"));

            assertEquals("web:web_00: started\n", bed.done("start", "web:web_00"));
            awaitOutput(bed, "v2");
            IntStream.range(0, 3).forEach(i -> bed.awaitStatus("web:web_0" + i, "RUNNING"));
            assertEquals("No config updates to processes\n", bed.done("reload"));
            end(bed);
        }
    }

    private static void awaitOutput(DaemonBed bed, String text) {
        IntStream.range(0, 3).forEach(i -> bed.awaitOutput("web:web_0" + i, text));
    }

    /** It keeps its services, but for this. */
    private static void end(DaemonBed bed) {
        bed.done("shutdown", "--stop");
        bed.awaitDaemonsEnd();
    }

    @Test
    void reloadThatChangesNothingGoesOnWithTheOneThatHalted() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            Path shared = shared(bed);
            begin(bed, rootfs, shared);
            Files.createFile(shared.resolve("bad"));
            bed.services(web(rootfs, shared, "v2"));
            assertEquals(7, bed.ctl("reload").code());

            assertEquals(7, bed.ctl("reload").code(), "the first one still fails");
            Files.delete(shared.resolve("bad"));
            bed.done("start", "web:web_00");
            bed.done("reload");

            IntStream.range(0, 3)
                    .forEach(i ->
                            assertTrue(bed.ctl("tail", "web:web_0" + i).out().endsWith("v2\n")));
        }
    }

    @Test
    void rollbackTouchesThoseAloneThatWereChanged() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            Path shared = shared(bed);
            begin(bed, rootfs, shared);
            List<Long> before = pids(bed);
            bed.services(web(rootfs, shared, "v2").replace("exec sleep 1000", "exit 4"));

            Ctl.Result reload = bed.ctl("reload", "--confirm", "20s");

            assertEquals(7, reload.code(), reload::toString);
            assertTrue(reload.err().startsWith("web:web_00: BACKOFF"), reload::err);
            assertEquals(before.subList(1, 3), pids(bed).subList(1, 3));
            bed.awaitStatus("web:web_00", "RUNNING");
        }
    }

    @Test
    void restartGoesFromInstanceToInstance() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            Path shared = shared(bed);
            begin(bed, rootfs, shared);
            List<Long> before = pids(bed);
            int events = states(bed, 0).size();

            assertEquals(
                    "web:web_00: started\nweb:web_01: started\nweb:web_02: started\n",
                    bed.done("restart", "--rolling", "web:*"));
            List<Long> after = pids(bed);
            IntStream.range(0, 3).forEach(i -> assertNotEquals(before.get(i), after.get(i)));
            assertEquals(9, states(bed, events).size());
            assertEquals(turn("web:web_02"), states(bed, events).subList(6, 9));

            Files.createFile(shared.resolve("bad"));
            Ctl.Result failed = bed.ctl("restart", "--rolling", "web:*");
            assertEquals(7, failed.code());
            assertEquals("""
                    web:web_00: ERROR (abnormal termination)
                    web:web_01: ERROR (roll halted)
                    web:web_02: ERROR (roll halted)
                    """, failed.out());
            assertEquals(after.subList(1, 3), pids(bed).subList(1, 3));
        }
    }

    @Test
    void nextDaemonGoesOnWithARestart() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sh", "sleep");
            Path shared = shared(bed);
            begin(bed.settings("on-exit = keep"), rootfs, shared);
            List<Long> before = pids(bed);

            assertEquals(
                    3,
                    bed.done("restart", "--rolling", "--no-wait", "web").lines().count());
            bed.killDaemon();
            bed.start();

            await().atMost(DaemonBed.PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> pids(bed).stream().noneMatch(pid -> pid == 0 || before.contains(pid))
                            && bed.ctl("status", "web").code() == 0);
            List<Long> after = pids(bed);
            bed.killDaemon();
            bed.start();
            assertEquals(after, pids(bed), "once is enough");
            end(bed);
        }
    }
}
