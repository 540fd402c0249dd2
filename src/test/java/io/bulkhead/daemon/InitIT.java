package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Process 1 of our own above a command. */
@KernelTest
final class InitIT {
    private static final String ONCE = "restart.policy = never\n";

    private static DaemonBed bed(DaemonBed bed, String keys, String script) throws Exception {
        Path rootfs = bed.rootfs("web", "bash", "sleep", "kill", "ls", "cat", "tail");
        Files.writeString(rootfs.resolve("script"), script);
        return bed.services(
                        "web { rootfs = " + rootfs + "\n command = [/bin/bash, /script], init = true\n" + keys + "\n}")
                .start();
    }

    @Test
    void theCommandIsItsChildAndEndsAsItEnds() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, ONCE, """
                    echo "me $$ parent $PPID"
                    cat /proc/1/cmdline; echo
                    ls -l /proc/1/exe
                    echo fds $(ls /proc/1/fd) and $(ls /proc/self/fd)
                    echo x > /proc/1/exe || echo sealed
                    exit 7
                    """);
            bed.awaitStatus("web", "EXITED");

            String out = bed.awaitOutput("web", "fds");
            assertTrue(out.startsWith("me 2 parent 1\nbulkhead-init\0\n"), out);
            assertTrue(out.contains("/proc/1/exe -> /memfd:bulkhead-init (deleted)"), out);
            assertTrue(out.contains("fds 0 1 2 and 0 1 2 3\n"), out); // 3 is what ls itself reads
            // CVE-2019-5736
            assertTrue(bed.awaitOutput("web", "sealed\n").contains("/proc/1/exe: "), out);
            assertTrue(bed.done("inspect", "web").contains("exit status 7"), () -> bed.done("inspect", "web"));
        }
    }

    @Test
    void itHandsSignalsOnAndReapsOrphans() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, ONCE, """
                    trap 'echo got USR1' USR1
                    trap 'echo got HUP; exit 3' HUP
                    for i in 1 2 3 4 5; do (sleep 0 &) ; done
                    sleep 0.3
                    zombies=0
                    for s in /proc/[0-9]*/stat; do
                        read -r line < $s && [[ $line == *") Z "* ]] && zombies=$((zombies + 1))
                    done 2>/dev/null
                    echo "zombies $zombies"
                    echo ready
                    while true; do sleep 0.05; done
                    """);
            assertTrue(bed.awaitOutput("web", "ready\n").contains("zombies 0\n"));

            bed.done("signal", "USR1", "web");
            bed.awaitOutput("web", "got USR1\n");
            bed.done("signal", "HUP", "web");
            bed.awaitStatus("web", "EXITED");

            bed.awaitOutput("web", "got HUP\n");
            assertTrue(bed.done("inspect", "web").contains("exit status 3"), () -> bed.done("inspect", "web"));
        }
    }

    @Test
    void aCommandThatHandlesNoSignalStopsAtOnce() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "start.ready-after = 0 s, stop.timeout = 1 h\n", "exec tail -f /dev/null\n");
            bed.awaitStatus("web", "RUNNING");

            // As process 1 it would not so much as notice SIGTERM.
            assertEquals("web: stopped\n", bed.done("stop", "web"));
        }
    }

    @Test
    void aSignalThatEndedTheCommandIsItsExitCode() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, ONCE, "kill -SEGV $$\n");
            bed.awaitStatus("web", "EXITED");

            assertTrue(bed.done("inspect", "web").contains("exit status 139"), () -> bed.done("inspect", "web"));
        }
    }

    @Test
    void memoryThatRunsOutIsSaid() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, ONCE + "memory.max = 16 MiB\n", "exec tail /dev/zero\n");
            bed.awaitStatus("web", "EXITED");

            String history = bed.done("events", "web");
            assertTrue(history.contains("137") && history.contains("memory"), history);
        }
    }

    @Test
    void aCommandThatIsNotThereFailsTheStart() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "true");
            bed.services("web { rootfs = " + rootfs
                            + "\n command = /bin/nosuch, init = true, restart.limit.attempts = 1\n}")
                    .start();

            bed.awaitStatus("web", "FATAL execve /bin/nosuch: ENOENT");
        }
    }

    @Test
    void anotherUsersCommandWithoutCapabilitiesHasOneToo() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, ONCE + "user = \"1000\", capabilities.drop = [ALL], no-new-privileges = false\n", """
                    while read -r key value; do
                        case $key in Uid:|Seccomp:|CapEff:) echo $key $value;; esac
                    done < /proc/1/status
                    """);
            bed.awaitStatus("web", "EXITED");

            assertEquals(
                    "Uid: 1000 1000 1000 1000\nCapEff: 0000000000000000\nSeccomp: 2\n",
                    bed.awaitOutput("web", "Seccomp"));
        }
    }
}
