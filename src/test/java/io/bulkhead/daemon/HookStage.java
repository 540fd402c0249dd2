package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A service, the file in which it and its hooks write down what they do, and a FIFO by which a hook is let go. */
record HookStage(Path rootfs, Path journal) {
    static final String QUICK = "start.ready-after = 50 ms, restart.backoff { initial = 20 ms, max = 50 ms }";
    static final String MAIN =
            "exec 9> /journal/lock; flock -n 9 || echo twin >> /journal/log; echo main >> /journal/log; exec sleep 1000";
    /** Leaves somebody who is deaf and goes his own ways, and hangs. */
    static final String HANGS =
            "trap '' TERM HUP; setsid bash -c 'trap \\\"\\\" TERM HUP; sleep 1000 & wait' & sleep 1000 & wait";

    HookStage(DaemonBed bed) throws Exception {
        this(
                bed.rootfs("bash", "bash", "sleep", "flock", "setsid", "id", "cat"),
                Files.createDirectory(bed.work.resolve("journal")));
        Files.createFile(journal.resolve("log"));
        Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(journal.resolve("log"), PosixFilePermissions.fromString("rw-rw-rw-"));
        String fifo = journal.resolve("go").toString();
        assertEquals(0, new ProcessBuilder("mkfifo", "-m", "666", fifo).start().waitFor());
    }

    String web(String script, String keys) {
        return "web { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"" + script + "\"]\n"
                + "mounts = [{ source = " + journal + ", target = /journal }]\n" + QUICK + "\n" + keys + "\n}\n";
    }

    /** Without {@code "} in the script. */
    static String hook(String point, String script, String keys) {
        return point + " { command = [/bin/bash, -c, \"" + script + "\"]\n" + keys + " }\n";
    }

    /** Whoever runs beside it is written down. */
    String waits(String point) {
        return hook(
                point,
                "exec 9>> /journal/lock; flock -n 9 || echo twin >> /journal/log; exec 9>&-; echo " + point
                        + " >> /journal/log; read line < /journal/go; echo " + point + " done >> /journal/log",
                "");
    }

    List<String> lines() throws IOException {
        return Files.readAllLines(journal.resolve("log"));
    }

    void awaitLines(String... lines) {
        await().atMost(DaemonBed.PATIENCE).untilAsserted(() -> assertEquals(List.of(lines), lines()));
    }

    void letGo() throws IOException {
        Files.writeString(journal.resolve("go"), "\n");
    }

    /**
     * That the service comes up after a pre-start that an earlier daemon had started and that was let go. Where the kernel
     * keeps no record of how it ended, that counts as a failure: it is run once more.
     */
    void awaitMainAfterAdopted(DaemonBed bed, String point) throws IOException {
        String seen = point + ": exit status ";
        await().atMost(DaemonBed.PATIENCE)
                .untilAsserted(() -> assertTrue(bed.done("events", "web").contains(seen), bed.done("events", "web")));
        boolean told = bed.done("events", "web").contains(seen + "0");
        if (!told) {
            awaitLines(point, point + " done", point);
            letGo();
        }
        bed.awaitStatus("web", "RUNNING");
        awaitLines(
                told
                        ? new String[] {point, point + " done", "main"}
                        : new String[] {point, point + " done", point, point + " done", "main"});
        assertEquals(!bed.ctl("doctor").out().contains("Linux 6.15 or later"), told, "as doctor says of this kernel");
    }

    static void awaitNobody(DaemonBed bed) {
        await().atMost(DaemonBed.PATIENCE).untilAsserted(() -> assertEquals(List.of(), bed.processes()));
    }
}
