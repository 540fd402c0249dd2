package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Ctl;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.FileStatus;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands inside running services. */
@KernelTest
final class ExecIT {
    private static final String SELF =
            "while read -r key value; do case $key in Cap*|Seccomp:|NoNewPrivs:|Uid:|Gid:|Groups:) echo $key$value;;"
                    + " esac; done < /proc/self/status; for n in cgroup ipc mnt net pid uts; do readlink /proc/self/ns/$n;"
                    + " done; cat /proc/self/cgroup; umask; ulimit -n; pwd; env | grep -v '^_=\\|^SHLVL='";

    private static DaemonBed bed(DaemonBed bed, String keys, String script) throws Exception {
        Path rootfs = bed.rootfs(
                "web",
                "bash",
                "sleep",
                "ls",
                "cat",
                "tty",
                "stty",
                "id",
                "env",
                "grep",
                "readlink",
                "head",
                "wc",
                "mount",
                "mkfifo");
        Files.createDirectories(rootfs.resolve("tmp"));
        Files.writeString(rootfs.resolve("script"), script + "\nexec sleep 100000\n");
        bed.services("web { rootfs = " + rootfs + "\n command = [/bin/bash, /script], start.ready-after = 0 s\n" + keys
                        + "\n}")
                .start();
        bed.awaitStatus("web", "RUNNING");
        return bed;
    }

    @Test
    void aCommandHasAllThatTheServiceHasAndNoMore() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, """
                    user = "1000", group = "1001", groups = ["7"], umask = "0027", workdir = /tmp
                    namespaces.net = private, environment { A = "1" }, rlimits.nofile = 100
                    capabilities.add = [NET_BIND_SERVICE]
                    """, SELF + "; echo end");
            String own = bed.awaitOutput("web", "end\n").replace("end\n", "");

            Ctl.Result seen = bed.ctl("exec", "web", "--", "bash", "-c", SELF);

            assertEquals(own, seen.out());
            assertEquals(0, seen.code());
        }
    }

    /** Whoever owned it could take it from everybody on the host. */
    @Test
    void theHostsNullDeviceIsGivenToNobody() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "user = \"51234\", group = \"51234\"", "");

            bed.done("exec", "-d", "web", "--", "bash", "-c", ":");

            assertNotEquals(51234, FileStatus.of(Path.of("/dev/null")).uid());
            assertNotEquals(51234, FileStatus.of(Path.of("/dev/null")).gid());
        }
    }

    @Test
    void nothingOfTheHostIsOpenInIt() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");

            String seen =
                    bed.done("exec", "web", "--", "bash", "-c", "ls -l /proc/self/fd; ls -l /proc/$$/exe; echo $PPID");

            List<String> links = new ArrayList<>();
            seen.lines().filter(l -> l.contains(" -> ")).forEach(l -> links.add(l.substring(l.indexOf(" -> ") + 4)));
            assertEquals(5, links.size(), seen);
            assertTrue(links.subList(0, 3).stream().allMatch(l -> l.startsWith("pipe:")), seen);
            assertTrue(links.get(3).matches("/proc/[0-9]+/fd"), seen); // what ls itself reads
            assertEquals("/usr/bin/bash", links.get(4), seen);
            assertTrue(seen.endsWith("\n0\n"), seen);
            // Not the image that it came by, either, through a link that leads to it (CVE-2019-5736).
            assertEquals(127, bed.ctl("exec", "web", "--", "/proc/self/exe").code());
            assertEquals(
                    125,
                    bed.ctl("exec", "-w", "/proc/self/fd/5", "web", "--", "ls").code()); // CVE-2024-21626
        }
    }

    @Test
    void itsExitCodeIsHandedOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");

            assertEquals(7, bed.ctl("exec", "web", "--", "bash", "-c", "exit 7").code());
            assertEquals(
                    137,
                    bed.ctl("exec", "web", "--", "bash", "-c", "kill -9 $$").code());
            assertEquals(
                    new Ctl.Result(127, "", "error: execve /nosuch: ENOENT (No such file or directory)\n"),
                    bed.ctl("exec", "web", "--", "/nosuch"));
            assertEquals(127, bed.ctl("exec", "web", "--", "nosuch").code());
            assertEquals(
                    new Ctl.Result(126, "", "error: execve /etc: EACCES (Permission denied)\n"),
                    bed.ctl("exec", "web", "--", "/etc"));
            assertEquals(
                    new Ctl.Result(125, "", "error: chdir /nosuch: ENOENT (No such file or directory)\n"),
                    bed.ctl("exec", "-w", "/nosuch", "web", "--", "ls"));
            assertEquals(
                    new Ctl.Result(125, "", "error: user nobody-here is not in /etc/passwd of the rootfs\n"),
                    bed.ctl("exec", "-u", "nobody-here", "web", "--", "ls"));
            assertEquals(
                    new Ctl.Result(125, "", "error: nosuch: ERROR (no such process)\n"),
                    bed.ctl("exec", "nosuch", "--", "ls"));
            bed.done("pause", "web");
            assertEquals(new Ctl.Result(125, "", "error: web: ERROR (paused)\n"), bed.ctl("exec", "web", "--", "ls"));
            bed.done("stop", "web");
            assertEquals(
                    new Ctl.Result(125, "", "error: web: ERROR (not running)\n"), bed.ctl("exec", "web", "--", "ls"));
        }
    }

    @Test
    void streamsAreApartAndInputIsPassedOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");

            Ctl.Result seen = bed.ctl(
                    "exec",
                    "-e",
                    "B=2 3",
                    "-u",
                    "5:6",
                    "web",
                    "--",
                    "bash",
                    "-c",
                    "cat; id -u; id -g; echo $B; echo err >&2");
            assertEquals(new Ctl.Result(0, "5\n6\n2 3\n", "err\n"), seen);

            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisorctl")
                                    .toString(),
                            "-s",
                            "unix://" + bed.runDir().resolve("supervisord.sock"),
                            "exec",
                            "-i",
                            "web",
                            "--",
                            "cat")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            // More than both pipes hold: each side has to wait for the other.
            byte[] much = "0123456789abcdef".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
            Thread writer = new Thread(() -> {
                try (OutputStream in = process.getOutputStream()) {
                    in.write(much);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            writer.start();
            byte[] back = process.getInputStream().readAllBytes();
            writer.join();

            assertEquals(0, process.waitFor());
            assertEquals(new String(much, StandardCharsets.US_ASCII), new String(back, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aTerminalIsRealAndIsGivenBack() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");
            try (AtTerminal user = new AtTerminal(bed, 30, 100, "exec", "-it", "web", "--", "bash", "--norc")) {
                user.sees("bash-").types("tty; stty size; echo a$((1+1))\n");
                user.sees("\r\n/dev/pts/0\r\n30 100\r\na2\r\n");
                user.resizes(44, 132).types(AtTerminal.UNTIL_44_BY_132).sees("resized\r\n");
                // What is typed while the shell is busy may be flushed by what an interruption does to it.
                user.sees("bash-").types("(echo d$((1+1)); exec sleep 1000)\n").sees("d2\r\n");
                user.types("\003")
                        .sees("bash-")
                        .types("echo e$?\n")
                        .sees("e130\r\n")
                        .sees("bash-");
                user.types("exit 9\n");

                assertEquals(9 << 8, user.end());
            }
        }
    }

    @Test
    void aTerminalIsGivenBackWhereTheCommandLineIsKilledAndHangsUp() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");
            try (AtTerminal user = new AtTerminal(
                    bed,
                    30,
                    100,
                    "exec",
                    "-it",
                    "web",
                    "--",
                    "bash",
                    "-c",
                    "trap 'echo hup > /hup' HUP; echo up; cat")) {
                user.sees("up\r\n");

                user.terminate();

                assertEquals(143 << 8, user.end());
                await().atMost(DaemonBed.PATIENCE)
                        .until(() -> bed.ctl("exec", "web", "--", "cat", "/hup")
                                .out()
                                .equals("hup\n"));
            }
        }
    }

    @Test
    void whoIsGoneHasHungUp() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisorctl")
                                    .toString(),
                            "-s",
                            "unix://" + bed.runDir().resolve("supervisord.sock"),
                            "exec",
                            "web",
                            "--",
                            "bash",
                            "-c",
                            "trap 'echo hup > /hup; exit' HUP; echo up; while true; do sleep 0.05; done")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] up = process.getInputStream().readNBytes(3);
            assertEquals("up\n", new String(up, StandardCharsets.US_ASCII));

            process.destroyForcibly().waitFor();

            await().atMost(DaemonBed.PATIENCE)
                    .until(() ->
                            bed.ctl("exec", "web", "--", "cat", "/hup").out().equals("hup\n"));
        }
    }

    @Test
    void whoLeavesATerminalLetsTheCommandGoOn() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");
            // Far more than a terminal holds, so that it ends only if somebody reads it.
            String script =
                    "echo up; read -r line; for ((i = 0; i < 20000; i++)); do echo $i; done; echo $line > /done";
            try (AtTerminal user = new AtTerminal(bed, 30, 100, "exec", "-it", "web", "--", "bash", "-c", script)) {
                user.sees("up\r\n").types("yes\r\020\021");

                assertEquals(0, user.end());
                await().atMost(DaemonBed.PATIENCE)
                        .until(() -> bed.ctl("exec", "web", "--", "cat", "/done")
                                .out()
                                .equals("yes\n"));
            }
        }
    }

    @Test
    void whatIsNoTerminalInTheServiceIsNotOpened() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "capabilities.add = [SYS_ADMIN]", "mount -t tmpfs none /dev/pts && mkfifo /dev/pts/ptmx; echo up");
            bed.awaitOutput("web", "up\n");

            assertEquals(
                    new Ctl.Result(
                            125,
                            "",
                            "error: open /dev/pts/ptmx (not one of devpts): ENXIO (No such device or address)\n"),
                    bed.ctl("exec", "-t", "web", "--", "ls"));
        }
    }

    @Test
    void oneThatNobodyAttendsEndsWithTheService() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            bed(bed, "", "");
            bed.done("exec", "-d", "web", "--", "bash", "-c", "echo up > /up; exec sleep 200000");
            await().atMost(DaemonBed.PATIENCE)
                    .until(() -> bed.ctl("exec", "web", "--", "cat", "/up").code() == 0);
            assertEquals(2, bed.processes().size());

            bed.done("stop", "web");

            assertEquals(List.of(), bed.processes());
        }
    }
}
