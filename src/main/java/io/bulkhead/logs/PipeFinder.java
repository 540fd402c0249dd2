package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.KeeperRecord.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens pipes that other processes have open. proc_pid_fd(5) */
final class PipeFinder {
    private static final Logger log = LoggerFactory.getLogger(PipeFinder.class);
    private static final Path PROC = Path.of("/proc");

    private final Linux linux;

    PipeFinder(Linux linux) {
        this.linux = linux;
    }

    /** What a descriptor of the daemon's own stands for, as a {@link KeeperRecord.Entry} has it. */
    static String what(int fd) throws IOException {
        String target = Files.readSymbolicLink(PROC.resolve("self/fd/" + fd)).toString();
        return target.startsWith(KeeperRecord.PIPE) ? target : "fifo"; // which has a path, by which it is found
    }

    /** Those that the recorded process has, by stream. */
    Map<String, Integer> of(KeeperRecord record) {
        Map<String, Integer> found = new HashMap<>();
        record.pipes()
                .forEach(entry -> open(PROC.resolve(record.pid() + "/fd/" + entry.fd()), entry)
                        .ifPresent(fd -> found.put(entry.stream(), fd)));
        return found;
    }

    /** Those that any process has: as long as a service lives, it has its own. */
    Map<String, Integer> anywhere(KeeperRecord record) throws IOException {
        Map<String, Entry> sought = new HashMap<>();
        record.pipes().forEach(entry -> sought.put(entry.pipe(), entry));
        Map<String, Integer> found = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                seek(process.resolve("fd"), sought, found);
            }
        }
        return found;
    }

    private void seek(Path descriptors, Map<String, Entry> sought, Map<String, Integer> found) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(descriptors)) {
            for (Path file : files) {
                Entry entry = sought.get(Files.readSymbolicLink(file).toString());
                if (entry != null && !found.containsKey(entry.stream())) {
                    open(file, entry).ifPresent(fd -> found.put(entry.stream(), fd));
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            log.trace("{}: {}", descriptors, e.getMessage()); // it ended, or is somebody's of whom nothing is wanted
        }
    }

    /** What lies there may be anything by now, and is opened only once it is known to be that pipe. */
    private Optional<Integer> open(Path file, Entry entry) {
        try {
            int held = linux.open(file.toString(), Linux.O_PATH);
            try {
                return what(held).equals(entry.pipe())
                        ? Optional.of(linux.pipes().reopen(held))
                        : Optional.empty();
            } finally {
                linux.close(held);
            }
        } catch (ErrnoException | IOException e) {
            log.debug("{} of {}: {}", entry.stream(), file, e.getMessage());
            return Optional.empty();
        }
    }
}
