package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Services that are restarted for want of memory, though they run. */
@KernelTest
final class StrainIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String QUICK = "start.ready-after = 0 s, restart.backoff.initial = 100 ms";

    private static String service(Path root, String script, String keys) {
        return "worker { rootfs = " + root + ", command = [/bin/bash, -c, \"\"\"" + script + "\"\"\"]\n" + QUICK + "\n"
                + keys + "\n}\n";
    }

    private static void awaitRestart(DaemonBed bed, long pid) {
        await().atMost(PATIENCE).until(() -> {
            String out = bed.ctl("pid", "worker").out().strip();
            return !out.equals(Long.toString(pid)) && !out.equals("0") && !out.isEmpty();
        });
    }

    @Test
    void aChildThatTheOomKillerEndsIsReasonEnoughWhereThatIsAskedFor() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path root = bed.rootfs("bash", "bash", "sleep");
            String script = "trap '(a=x; while :; do a=$a$a; done); echo survived' USR1; echo ready;"
                    + " while :; do sleep 1000 & wait; done";
            String limited = "memory { max = 24 MiB, swap = 0 }";
            bed.services(service(root, script, limited)).start();
            bed.awaitStatus("worker", "RUNNING");
            bed.awaitOutput("worker", "ready");
            long pid = bed.pid("worker");
            bed.done("signal", "USR1", "worker");
            bed.awaitOutput("worker", "survived");
            bed.services(service(root, script, limited + "\nrestart.on.oom = true"));
            bed.done("reload");
            assertTrue(pid == bed.pid("worker"), "what was before it was asked for counts for nothing");

            bed.done("signal", "USR1", "worker");

            awaitRestart(bed, pid);
            String events = bed.done("events", "worker");
            assertTrue(events.contains("The OOM killer has killed a process of it; memory: "), events);
        }
    }

    @Test
    void wantOfMemoryIsReasonEnoughWhereThatIsAskedFor() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path root = bed.rootfs("bash", "bash", "cat", "sleep");
            large(root.resolve("large"));
            // More than fits is written again and again.
            String script = "trap 'greedy=1' USR1; echo ready;"
                    + " while :; do [ \"$greedy\" ] && cat /large > /own || sleep 0.1; done";
            bed.services(
                            service(
                                    root,
                                    script,
                                    "memory { max = 20 MiB, swap = 0 }\nrestart.on.memory-pressure { limit = 1%, duration = 2 s, min-uptime = 0 s }"))
                    .start();
            if (!tellsPressure()) {
                bed.awaitStatus(
                        "worker",
                        "FATAL restart.on.memory-pressure needs pressure stall information of cgroup v2, and ");
                return;
            }
            bed.awaitStatus("worker", "RUNNING");
            bed.awaitOutput("worker", "ready");
            long pid = bed.pid("worker");

            bed.done("signal", "USR1", "worker");

            awaitRestart(bed, pid);
            String events = bed.done("events", "worker");
            assertTrue(events.contains("Waited for memory for 1% of the time or more for "), events);
        }
    }

    private static boolean tellsPressure() throws IOException {
        return Files.exists(Path.of("/proc/pressure/memory"))
                && Files.readString(Path.of("/proc/self/mountinfo")).contains(" - cgroup2 ");
    }

    private static void large(Path file) throws IOException {
        byte[] piece = new byte[1 << 20];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            for (int i = 0; i < 64; i++) {
                piece[0] = (byte) i;
                out.write(piece);
            }
        }
    }
}
