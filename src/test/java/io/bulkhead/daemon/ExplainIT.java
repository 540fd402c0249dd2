package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is missing for a program is named, where the kernel says but ENOENT and a loader but 127. */
@KernelTest
final class ExplainIT {
    private static void script(Path rootfs, String name, String text) throws Exception {
        Path file = Files.writeString(rootfs.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String service(String name, Path rootfs, String keys) {
        return name + " { rootfs = " + rootfs + ", restart.policy = never\n" + keys + " }\n";
    }

    @Test
    void aProgramThatCannotBeExecuted() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "sleep");
            script(rootfs, "script", "#!/usr/bin/nosuch\n");
            script(rootfs, "text", "echo hello\n");
            Path locked = Files.createDirectories(rootfs.resolve("locked"));
            script(locked, "script", "#!/bin/sleep\n");
            Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("rwx------"));
            bed.services(service("script", rootfs, "command = /script, init = true")
                            + service("text", rootfs, "command = /text")
                            + service("locked", rootfs, "command = /locked/script, user = 4711")
                            + service("user", rootfs, "command = /bin/sleep, user = nosuch"))
                    .start();

            for (String name : List.of("script", "text", "locked", "user")) {
                bed.awaitStatus(name, "FATAL");
            }

            assertTrue(
                    bed.status("script")
                            .contains("execve /script: ENOENT (No such file or directory): /script is a script for"
                                    + " /usr/bin/nosuch, which is not in the rootfs"),
                    bed.status("script"));
            assertTrue(
                    bed.status("text")
                            .contains(
                                    "ENOEXEC (Exec format error): /text is neither an ELF file nor a script that begins"
                                            + " with #!"),
                    bed.status("text"));
            assertTrue(
                    bed.status("locked")
                            .contains(
                                    "EACCES (Permission denied): user 4711 may not pass through /locked: it is user 0's"
                                            + " and group 0's, with mode 0700"),
                    bed.status("locked"));
            assertTrue(
                    bed.done("explain", "locked").contains("\n  what helps: chmod a+x " + locked + "\n"),
                    bed.done("explain", "locked"));
            assertTrue(
                    bed.done("explain", "user").contains("user nosuch is not in /etc/passwd of the rootfs"),
                    bed.done("explain", "user"));
        }
    }

    @Test
    void aReasonThatNoEventTellsAnyMore() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "sleep", "false");
            bed.services(
                            service("stopped", rootfs, "command = [/bin/sleep, 1000]")
                                    + service("paused", rootfs, "command = [/bin/sleep, 1000]")
                                    + service("broken", rootfs, "command = /bin/nosuch")
                                    + service(
                                            "timed",
                                            rootfs,
                                            "command = /bin/false, type = scheduled, schedule = \"@yearly\", requires = [broken]"))
                    .start();
            bed.awaitStatus("stopped", "RUNNING");
            bed.awaitStatus("paused", "RUNNING");
            bed.done("stop", "stopped");
            bed.done("pause", "paused");
            for (int i = 0; i < 8; i++) {
                bed.done("clear", "stopped");
            }
            bed.done("start", "--no-wait", "timed");
            bed.awaitStatus("broken", "FATAL");

            assertTrue(
                    bed.done("explain", "stopped").contains("; it has been stopped, or has autostart = false"),
                    bed.done("explain", "stopped"));
            assertTrue(
                    bed.done("explain", "paused").contains("; paused, until it is resumed\n"),
                    bed.done("explain", "paused"));
            assertTrue(
                    bed.done("explain", "timed").contains("; it waits for broken to be ready, which is FATAL ("),
                    bed.done("explain", "timed"));
        }
    }

    @Test
    void whatAPredecessorOfTheSameNameDidIsLeftOut() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "sleep");
            String web = service("web", rootfs, "command = [/bin/sleep, 1000]");
            bed.services(web).start();
            bed.awaitStatus("web", "RUNNING");
            bed.services("");
            bed.done("reload");
            bed.services(service("web", rootfs, "command = [/bin/sleep, 1000], autostart = false"));
            bed.done("reload");

            assertEquals("web is STOPPED: nobody has started it yet\n", bed.done("explain", "web"));
        }
    }

    @Test
    void aLibraryThatIsMissing() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "bash");
            try (var files = Files.walk(rootfs)) {
                for (Path library : files.filter(f -> f.getFileName().toString().startsWith("libtinfo."))
                        .toList()) {
                    Files.delete(library);
                }
            }
            bed.services(service("web", rootfs, "command = /bin/bash")).start();
            bed.awaitStatus("web", "EXITED");

            String explained = bed.done("explain", "web");

            assertTrue(
                    explained.contains("its last process ended with exit status 127")
                            && explained.contains("\n  found: /bin/bash needs the library libtinfo.so.")
                            && explained.contains(
                                    "\n  what helps: supervisorctl rootfs build " + rootfs + " --binary /"),
                    explained);
            String remedy = explained
                    .lines()
                    .filter(line -> line.startsWith("  what helps: "))
                    .findFirst()
                    .orElseThrow();
            String[] words = remedy.replace("  what helps: supervisorctl ", "").split(" ", -1);
            bed.done(words);
            assertEquals(0, bed.ctl("start", "web", "--no-wait").code());
            assertTrue(bed.done("explain", "web").lines().noneMatch(line -> line.startsWith("  found: ")));
        }
    }

    @Test
    void whatAFailedOneWroteAtLast() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("web", "bash");
            String begin = "command = [/bin/bash, -c, \"\"\"for i in 1 2 3 4 5; do echo line $i; done; ";
            bed.services(service("lost", rootfs, begin + "printf '\\e[31mred\\n'; nosuch --option\"\"\"]")
                            + service("bad", rootfs, begin + "exit 3\"\"\"]")
                            + service("good", rootfs, begin + "exit 0\"\"\"]")
                            + service("early", rootfs, "command = /bin/bash\npre-start." + begin + "exit 3\"\"\"]"))
                    .start();

            awaitExplanation(bed, "lost", """
                      its last lines:
                        line 3
                        line 4
                        line 5
                        \ufffd[31mred
                        /bin/bash: line 1: nosuch: command not found
                    """);
            String five = "  its last lines:\n    line 1\n    line 2\n    line 3\n    line 4\n    line 5\n";
            awaitExplanation(bed, "bad", five);
            awaitExplanation(bed, "early", five);
            bed.awaitStatus("good", "EXITED");
            bed.awaitOutput("good", "line 5\n");
            assertFalse(bed.done("explain", "good").contains("line 5"), bed.done("explain", "good"));
            String json = bed.done("--json", "explain", "bad");
            assertTrue(json.contains("\"lastLines\":[\"line 1\",\"line 2\",\"line 3\",\"line 4\",\"line 5\"]"), json);
        }
    }

    private static void awaitExplanation(DaemonBed bed, String name, String text) {
        await().atMost(DaemonBed.PATIENCE)
                .untilAsserted(() -> assertTrue(bed.done("explain", name).contains(text), bed.done("explain", name)));
    }
}
