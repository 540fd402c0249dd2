package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Start, stop, crash and restart, by real signals to real processes. */
@KernelTest
final class SupervisionIT {
    private static final String QUICK = "start.ready-after = 100 ms, restart.backoff { initial = 50 ms, max = 100 ms }";

    private static String bash(Path rootfs, String script, String keys) {
        return " { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"\"\"" + script + "\"\"\"]\n" + QUICK + "\n"
                + keys + "\n}\n";
    }

    @Test
    void aKilledServiceIsStartedAgain() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("web" + bash(rootfs, "exec sleep 1000", "")).start();
            bed.awaitStatus("web", "RUNNING");
            long first = bed.pid("web");

            DaemonBed.signal("KILL", first);

            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("web") != first && bed.pid("web") != 0);
            bed.awaitStatus("web", "RUNNING pid " + bed.pid("web") + ", uptime 0:00:0");
            bed.awaitLog("exit=\"SIGKILL\"");
        }
    }

    @Test
    void oneThatEndsAtOnceBacksOffAndGivesUp() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("bad" + bash(rootfs, "exit 3", "restart.limit.attempts = 2"))
                    .start();

            bed.awaitStatus("bad", "FATAL Exited too quickly (process log may have details)");

            assertEquals(3, bed.ctl("status").code());
            Ctl.Result again = bed.ctl("start", "bad");
            assertEquals(7, again.code());
            assertEquals("bad: ERROR (abnormal termination)\n", again.out());
            assertEquals(0, bed.pid("bad"));
        }
    }

    @Test
    void whatIsDoneIsNotStartedAgain() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("job" + bash(rootfs, "exit 0", "restart.policy = on-failure")
                            + "failing"
                            + bash(rootfs, "exit 1", "restart.policy = on-failure, restart.limit.attempts = 1")
                            + "never" + bash(rootfs, "exit 1", "restart.policy = never"))
                    .start();

            bed.awaitStatus("job", "EXITED");
            bed.awaitStatus("never", "EXITED");
            bed.awaitStatus("failing", "FATAL");
        }
    }

    @Test
    void stopEndsEveryProcessOfTheGroup() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            String stubborn =
                    "trap '' TERM; (trap '' TERM; while :; do sleep 1000; done) & echo up; while :; do sleep 1; done";
            bed.services("web" + bash(rootfs, stubborn, "stop.timeout = 200 ms")
                            + "shared" + bash(rootfs, stubborn, "stop.timeout = 200 ms, namespaces.pid = host")
                            + "gentle"
                            + bash(rootfs, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done", ""))
                    .start();
            bed.awaitOutput("web", "up");
            bed.awaitOutput("shared", "up");
            bed.awaitOutput("gentle", "up");

            assertEquals("gentle: stopped\nshared: stopped\nweb: stopped\n", bed.done("stop", "all"));

            assertEquals(java.util.List.of(), bed.processes());
            bed.awaitOutput("gentle", "bye");
            assertTrue(bed.status("web").startsWith("STOPPED "), bed.status("web"));
            assertEquals(7, bed.ctl("stop", "web").code());
            assertEquals("web: ERROR (not running)\n", bed.ctl("stop", "web").out());
            assertEquals("web: started\n", bed.done("start", "web"));
            assertEquals("web: ERROR (already started)\n", bed.done("start", "web:web"));
        }
    }

    @Test
    void signalsReachTheMainProcess() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("web" + bash(rootfs, "trap 'echo got USR1' USR1; echo up; while :; do sleep 0.1; done", ""))
                    .start();
            bed.awaitOutput("web", "up");

            assertEquals("web: signalled\n", bed.done("signal USR1", "web"));

            bed.awaitOutput("web", "got USR1");
            assertEquals(
                    "web: ERROR (bad signal name)\n",
                    bed.ctl("signal", "NOSUCH", "web").out());
            // The first process of a PID namespace ignores what it has no handler for; the operator's wish counts.
            long pid = bed.pid("web");
            bed.done("signal", "HUP", "web");
            await().atMost(DaemonBed.PATIENCE).until(() -> bed.pid("web") != pid);
        }
    }

    @Test
    void aStartThatFailsSaysWhichStep() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            Path hostile = bed.rootfs("hostile", "bash");
            Files.delete(hostile.resolve("proc"));
            Files.createSymbolicLink(hostile.resolve("proc"), Path.of("/tmp"));
            bed.services(
                            "nosuch { rootfs = " + rootfs
                                    + ", command = [/bin/nosuch], restart.limit.attempts = 1, restart.backoff.initial = 1 ms }\n"
                                    + "nobody { rootfs = " + rootfs
                                    + ", command = [/bin/bash], user = nobody-here, restart.limit.attempts = 1, restart.backoff.initial = 1 ms }\n"
                                    + "linked { rootfs = " + hostile
                                    + ", command = [/bin/bash], restart.limit.attempts = 1, restart.backoff.initial = 1 ms }\n"
                                    + "lost { rootfs = " + rootfs
                                    + ", command = [/bin/bash], workdir = /nosuch, restart.limit.attempts = 1, restart.backoff.initial = 1 ms }\n")
                    .start();

            bed.awaitStatus("nosuch", "FATAL execve /bin/nosuch: ENOENT");
            bed.awaitStatus("lost", "FATAL chdir /nosuch: ENOENT");
            bed.awaitStatus("linked", "FATAL openat2 /proc (a directory in the rootfs, no symbolic link): ENOTDIR");
            bed.awaitStatus("nobody", "FATAL");
            assertTrue(bed.status("nobody").contains("nobody-here"), bed.status("nobody"));
            Ctl.Result start = bed.ctl("start", "nosuch");
            assertEquals(7, start.code());
            assertEquals("nosuch: ERROR (spawn error)\n", start.out());
            assertTrue(start.err().contains("execve /bin/nosuch: ENOENT"), start.err());
            assertTrue(bed.daemonLog().contains("execve /bin/nosuch: ENOENT"), bed.daemonLog());
        }
    }

    @Test
    void autostartIsUpToTheConfiguration() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("bash", "bash", "sleep");
            bed.services("idle" + bash(rootfs, "exec sleep 1000", "autostart = false"))
                    .start();

            assertEquals("STOPPED Not started", bed.status("idle"));
            assertEquals("idle: started\n", bed.done("start", "idle"));
            assertNotEquals(0, bed.pid("idle"));
            assertEquals("idle: stopped\nidle: started\n", bed.done("restart", "idle"));
            assertEquals(0, bed.ctl("status").code());
            assertEquals(4, bed.ctl("status", "nosuch").code());
            assertEquals(1, bed.ctl("start", "nosuch").code());
        }
    }
}
