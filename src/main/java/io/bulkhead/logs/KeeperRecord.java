package io.bulkhead.logs;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which process holds the pipes of the output, and which these are: a file in run-dir, for the daemon's user alone, replaced by
 * rename. Whatever another process calls itself, it isn't taken for this one.
 *
 * <pre>
 * BOOT-ID PID START-TICKS
 * STREAM DESCRIPTOR pipe:[INODE]
 * </pre>
 *
 * @param start field 22 of {@code /proc/PID/stat}, proc_pid_stat(5)
 */
record KeeperRecord(int pid, long start, List<Entry> entries) {
    /** How the kernel names a pipe without a path. */
    static final String PIPE = "pipe:[";

    private static final Logger log = LoggerFactory.getLogger(KeeperRecord.class);

    /**
     * A pipe.
     *
     * @param fd the keeper's
     * @param pipe what {@code /proc/PID/fd/N} of whoever has it open leads to: of a pipe without a path its kind and inode, which no
     *     other pipe has as long as anybody has this one open
     */
    record Entry(String stream, int fd, String pipe) {}

    KeeperRecord {
        entries = List.copyOf(entries);
    }

    /** Those that can be had from who has them open, and from nowhere else. */
    Stream<Entry> pipes() {
        return entries.stream().filter(entry -> entry.pipe().startsWith(PIPE));
    }

    /** Field 22 of a process' stat; empty where it has ended, reaped or not. */
    static Optional<Long> start(Linux linux, int pid) {
        try {
            String stat = linux.readFile("/proc/" + pid + "/stat");
            // The command's name, in parentheses, may hold anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean ended = fields[0].equals("Z") || fields[0].equals("X");
            return ended ? Optional.empty() : Optional.of(Long.parseLong(fields[22 - 3]));
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private static Path file(Path runDir) {
        return runDir.resolve("keeper");
    }

    private static String boot(Linux linux) throws ErrnoException {
        return linux.readFile("/proc/sys/kernel/random/boot_id");
    }

    /** Empty where there is none, or one of another boot, or none that makes sense. */
    static Optional<KeeperRecord> read(Linux linux, Path runDir) {
        try {
            List<String> lines = Files.readAllLines(file(runDir));
            String[] head = lines.get(0).split(" ", -1);
            if (!head[0].equals(boot(linux))) {
                return Optional.empty();
            }
            List<Entry> entries = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] words = line.split(" ", 3);
                entries.add(new Entry(words[0], Integer.parseInt(words[1]), words[2]));
            }
            return Optional.of(new KeeperRecord(Integer.parseInt(head[1]), Long.parseLong(head[2]), entries));
        } catch (java.nio.file.NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | ErrnoException | RuntimeException e) {
            log.warn("{} is damaged, and not used: {}", file(runDir), e.toString());
            return Optional.empty();
        }
    }

    void write(Linux linux, Path runDir) throws ErrnoException {
        StringBuilder text = new StringBuilder(boot(linux) + " " + pid + " " + start + "\n");
        for (Entry entry : entries) {
            text.append(entry.stream + " " + entry.fd + " " + entry.pipe + "\n");
        }
        String next = file(runDir) + ".next";
        int fd = linux.open(next, Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW, 0600);
        try {
            linux.writeAll(fd, text.toString().getBytes(StandardCharsets.UTF_8), next);
        } finally {
            linux.close(fd);
        }
        linux.rename(next, file(runDir).toString());
        Checkpoint.KEEPER_RECORDED.reached();
    }

    static void delete(Path runDir) throws IOException {
        Files.deleteIfExists(file(runDir));
    }
}
