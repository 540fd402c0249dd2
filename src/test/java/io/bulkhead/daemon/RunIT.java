package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One-off commands in containers of their own. */
@KernelTest
final class RunIT {
    private static Path rootfs(DaemonBed bed) throws Exception {
        Path rootfs = bed.rootfs("box", "bash", "sleep", "ls", "cat", "tty", "stty", "id", "head", "readlink");
        Files.createDirectories(rootfs.resolve("tmp"));
        return rootfs;
    }

    private static Ctl.Result run(DaemonBed bed, Path rootfs, String... words) {
        List<String> all = new ArrayList<>(List.of("run", "--rootfs", rootfs.toString()));
        all.addAll(List.of(words));
        return bed.ctl(all.toArray(String[]::new));
    }

    private static List<Path> records(DaemonBed bed) throws Exception {
        Path directory = bed.runDir().resolve("oneoff");
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static Process outside(DaemonBed bed, Path rootfs, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisorctl")
                        .toString(),
                "-s",
                "unix://" + bed.runDir().resolve("supervisord.sock"),
                "run",
                "--rootfs",
                rootfs.toString()));
        all.addAll(List.of(words));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    @Test
    void aCommandIsRunAndNothingIsLeftOfIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();

            Ctl.Result seen = run(
                    bed,
                    rootfs,
                    "-u",
                    "1000",
                    "-h",
                    "box",
                    "-e",
                    "A=1 2",
                    "-w",
                    "/tmp",
                    "--network",
                    "none",
                    "--",
                    "bash",
                    "-c",
                    "id -u; echo $HOSTNAME $A $PWD $$; echo err >&2; exit 7");

            assertEquals(new Ctl.Result(7, "1000\nbox 1 2 /tmp 1\n", "err\n"), seen);
            assertEquals("", bed.done("status"));
            assertEquals(List.of(), bed.groups("box"));
            assertEquals(List.of(), records(bed));
            assertEquals(List.of(), bed.processes());
            assertEquals(List.of(), logs(bed));
        }
    }

    private static List<Path> logs(DaemonBed bed) throws Exception {
        try (var files = Files.list(bed.logDir())) {
            return files.filter(file -> file.toString().contains(".std")).toList();
        }
    }

    @Test
    void exitCodesAreDockers() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();

            assertEquals(
                    new Ctl.Result(
                            127,
                            "",
                            "error: execve /nosuch: ENOENT (No such file or directory): /nosuch is not in the rootfs\n"),
                    run(bed, rootfs, "--", "/nosuch"));
            assertEquals(127, run(bed, rootfs, "--", "nosuch").code());
            assertEquals(
                    new Ctl.Result(
                            126,
                            "",
                            "error: execve /etc: EACCES (Permission denied): /etc is a directory, not a program\n"),
                    run(bed, rootfs, "--", "/etc"));
            assertEquals(127, run(bed, rootfs, "--init", "--", "/nosuch").code());
            assertEquals(
                    137,
                    run(bed, rootfs, "--init", "--", "bash", "-c", "kill -9 $$").code());
            assertEquals(
                    new Ctl.Result(
                            125,
                            "",
                            "--memory: memory.max: 1024 B is outside 4 KiB to 1 EiB (or unlimited)\nerror: it was not run\n"),
                    run(bed, rootfs, "-m", "1k", "--", "ls"));
            assertEquals(
                    new Ctl.Result(
                            125,
                            "",
                            "rootfs: is required: the directory that becomes the service's root\nerror: it was not run\n"),
                    bed.ctl("run", "--", "ls"));
            assertEquals(List.of(), records(bed));
        }
    }

    @Test
    void limitsHold() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();

            Ctl.Result oom = run(bed, rootfs, "-m", "16m", "--", "bash", "-c", "x=x; while true; do x=$x$x; done");
            assertEquals(137, oom.code(), oom::toString);
            Ctl.Result forks = run(
                    bed,
                    rootfs,
                    "--pids-limit",
                    "3",
                    "--",
                    "bash",
                    "-c",
                    "for i in 1 2 3 4 5 6; do sleep 5 & done; wait");
            assertTrue(forks.err().contains("fork"), forks::toString);
            bed.done(
                    "run",
                    "-d",
                    "--name",
                    "slow",
                    "--rootfs",
                    rootfs.toString(),
                    "--cpu-period",
                    "100000",
                    "--cpu-quota",
                    "20000",
                    "-c",
                    "512",
                    "--",
                    "sleep",
                    "100000");
            String inspected = bed.done("inspect", "slow");
            assertTrue(inspected.contains("20 ms"), inspected);
            bed.done("stop", "slow");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status").out().isEmpty());
        }
    }

    @Test
    void oneThatIsDetachedIsAServiceAsLongAsItLives() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();

            assertEquals(
                    "batch\n",
                    bed.done(
                            "run",
                            "-d",
                            "--name",
                            "batch",
                            "--rootfs",
                            rootfs.toString(),
                            "--",
                            "bash",
                            "-c",
                            "echo begun; while [ ! -e /go ]; do sleep 0.05; done; exit 3"));
            bed.awaitStatus("batch", "RUNNING");
            bed.awaitOutput("batch", "begun\n");
            assertEquals("No config updates to processes\n", bed.done("reread"));
            bed.done("reload");
            bed.awaitStatus("batch", "RUNNING");
            assertEquals(
                    new Ctl.Result(125, "", "error: --name batch: there is a service of that name\n"),
                    run(bed, rootfs, "--name", "batch", "--", "ls"));

            Files.createFile(rootfs.resolve("go"));

            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status").out().isEmpty());
            assertEquals(List.of(), records(bed));
            assertTrue(bed.done("events", "batch").contains("exit status 3"));
            assertEquals(127, run(bed, rootfs, "-d", "--", "/nosuch").code());
        }
    }

    @Test
    void itOutlivesTheDaemonAndIsNeverRunTwice() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();
            String script = "echo x >> /runs; echo up; while [ ! -e /go ]; do sleep 0.05; done; echo done";
            bed.done("run", "-d", "--name", "batch", "--rootfs", rootfs.toString(), "--", "bash", "-c", script);
            Process attended = outside(bed, rootfs, "--name", "fg", "--", "bash", "-c", script);
            bed.awaitStatus("fg", "RUNNING");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> Files.exists(rootfs.resolve("runs"))
                            && Files.readString(rootfs.resolve("runs")).equals("x\nx\n"));

            bed.killDaemon();
            bed.start();
            bed.awaitStatus("batch", "RUNNING");
            bed.awaitStatus("fg", "RUNNING");
            Files.createFile(rootfs.resolve("go"));

            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status").out().isEmpty());
            assertEquals(
                    "up\ndone\nerror: the daemon has ended, and so how the command ended is not known\n",
                    new String(attended.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(125, attended.waitFor());
            assertEquals("x\nx\n", Files.readString(rootfs.resolve("runs")));
            assertEquals(List.of(), records(bed));

            bed.done(
                    "run",
                    "-d",
                    "--name",
                    "gone",
                    "--rootfs",
                    rootfs.toString(),
                    "--",
                    "bash",
                    "-c",
                    "echo x >> /runs; exec sleep 100000");
            bed.awaitStatus("gone", "RUNNING");
            long pid = bed.pid("gone");
            bed.killDaemon();
            DaemonBed.signal("KILL", pid);
            bed.start();
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status").out().isEmpty());
            assertEquals("x\nx\nx\n", Files.readString(rootfs.resolve("runs")));

            bed.done("run", "-d", "--name", "last", "--rootfs", rootfs.toString(), "--", "sleep", "100000");
            assertEquals(0, bed.endDaemon());
            bed.start();
            assertEquals("", bed.done("status"));
        }
    }

    @Test
    void whoGoesAwayEndsWhatHeAttends() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();
            Process attended = outside(
                    bed,
                    rootfs,
                    "--name",
                    "fg",
                    "--",
                    "bash",
                    "-c",
                    "trap 'echo term > /term; exit' TERM; echo up; while true; do sleep 0.05; done");
            bed.awaitStatus("fg", "RUNNING");
            byte[] up = attended.getInputStream().readNBytes(3);
            assertEquals("up\n", new String(up, StandardCharsets.UTF_8));

            attended.destroyForcibly().waitFor();

            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status").out().isEmpty());
            assertEquals("term\n", Files.readString(rootfs.resolve("term")));
        }
    }

    @Test
    void aTerminalIsTheContainersOwn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();
            for (String init : List.of("--init", "--rm")) {
                try (AtTerminal user = new AtTerminal(
                        bed,
                        30,
                        100,
                        "run",
                        "-it",
                        init,
                        "-u",
                        "1000",
                        "--rootfs",
                        rootfs.toString(),
                        "--",
                        "bash",
                        "--norc")) {
                    user.sees("bash-").types("tty; stty size; ls /dev/pts\n");
                    user.sees("\r\n/dev/pts/0\r\n30 100\r\n0  ptmx\r\n").sees("bash-");
                    user.resizes(44, 132)
                            .types(AtTerminal.UNTIL_44_BY_132)
                            .sees("resized\r\n")
                            .sees("bash-");
                    user.types("(echo d$((1+1)); exec sleep 1000)\n").sees("d2\r\n");
                    user.types("\003")
                            .sees("bash-")
                            .types("echo e$?\n")
                            .sees("e130\r\n")
                            .sees("bash-");
                    user.types("exit 9\n");

                    assertEquals(9 << 8, user.end());
                }
            }
            assertEquals("", bed.done("status"));
        }
    }

    @Test
    void oneWithUsersOfItsOwnHasItsStreamsAndItsTerminal() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();

            assertEquals(
                    new Ctl.Result(0, "0\nagain\n", ""),
                    run(bed, rootfs, "--userns", "private", "--", "bash", "-c", "id -u; echo again > /dev/stdout"));
            assertEquals(
                    new Ctl.Result(0, "/dev/pts/0\r\n", ""),
                    run(bed, rootfs, "-t", "--userns", "private", "-u", "1000", "--", "tty"));
        }
    }

    @Test
    void whoLeavesATerminalLetsTheCommandGoOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = rootfs(bed);
            bed.services("").start();
            try (AtTerminal user = new AtTerminal(
                    bed,
                    30,
                    100,
                    "run",
                    "-it",
                    "--name",
                    "left",
                    "--detach-keys",
                    "ctrl-x,x",
                    "--rootfs",
                    rootfs.toString(),
                    "--",
                    "bash",
                    "-c",
                    "echo up; while [ ! -e /go ]; do sleep 0.05; done; echo much > /done")) {
                user.sees("up\r\n").types("\030x");

                assertEquals(0, user.end());
            }
            bed.awaitStatus("left", "RUNNING");
            Files.createFile(rootfs.resolve("go"));
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("status").out().isEmpty());
            assertTrue(Files.exists(rootfs.resolve("done")));
        }
    }
}
