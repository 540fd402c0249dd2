package io.bulkhead.logs;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rotated files of one log: putting the current one among them.
 *
 * <p>Every step is a rename towards a name that is free, oldest file first, so that whatever step a daemon dies at, no file is
 * written over and the next rotation finds a gap to begin with. Its lock is held while files get other names.
 */
final class Backups {
    private final Linux linux;
    private final Path current;

    Backups(Linux linux, Path current) {
        this.linux = linux;
        this.current = current;
    }

    /** Makes the current file {@code .1} and deletes those that would come to be more than {@code keep}. */
    synchronized void push(int keep) throws ErrnoException, IOException {
        Checkpoint.ROTATION_BEGUN.reached();
        Map<Integer, List<LogFiles.Part>> byNumber = byNumber();
        int free = 1;
        while (free < keep && byNumber.containsKey(free)) {
            free++;
        }
        for (Map.Entry<Integer, List<LogFiles.Part>> number : byNumber.entrySet()) {
            if (number.getKey() > keep || (number.getKey() == keep && free == keep)) {
                for (LogFiles.Part part : number.getValue()) {
                    delete(part);
                }
            }
        }
        for (int i = free - 1; i > 0; i--) {
            for (LogFiles.Part part : byNumber.getOrDefault(i, List.of())) {
                move(part, i + 1);
                Checkpoint.ROTATION_HALF_MOVED.reached();
            }
        }
        move(new LogFiles.Part(current, 0), 1);
        Checkpoint.ROTATION_MOVED.reached();
    }

    private Map<Integer, List<LogFiles.Part>> byNumber() throws IOException, ErrnoException {
        Map<Integer, List<LogFiles.Part>> byNumber = new TreeMap<>();
        for (LogFiles.Part part : LogFiles.all(current)) {
            if (part.number() > 0) {
                byNumber.computeIfAbsent(part.number(), n -> new ArrayList<>()).add(part);
            }
        }
        for (List<LogFiles.Part> parts : byNumber.values()) {
            if (parts.stream().anyMatch(LogFiles.Part::isCompressed)) {
                // The compressed one is complete; whoever made it died before it could delete the plain one.
                for (LogFiles.Part part : List.copyOf(parts)) {
                    if (!part.isCompressed()) {
                        linux.unlink(part.path().toString());
                        parts.remove(part);
                    }
                }
            }
        }
        return byNumber;
    }

    private void delete(LogFiles.Part part) throws ErrnoException, IOException {
        linux.unlink(part.path().toString());
        Files.deleteIfExists(part.times());
    }

    private void move(LogFiles.Part part, int number) throws ErrnoException {
        String name = part.path().getFileName().toString();
        String base = current.getFileName().toString();
        String suffix = part.isCompressed() ? name.substring(name.lastIndexOf('.')) : "";
        Path to = current.resolveSibling(base + "." + number + suffix);
        linux.rename(part.path().toString(), to.toString());
        if (Files.exists(part.times(), LinkOption.NOFOLLOW_LINKS)) {
            linux.rename(part.times().toString(), current.resolveSibling(base + "." + number + LogFiles.TIMES) + "");
        }
    }

    /** Those that are not compressed, oldest first. */
    List<Path> plain() throws IOException {
        return LogFiles.oldestFirst(current).stream()
                .filter(part -> part.number() > 0 && !part.isCompressed())
                .map(LogFiles.Part::path)
                .toList();
    }

    /** The inode of an open file or of one at a path. */
    static long inode(Path path, LinkOption... options) throws IOException {
        return (Long) Files.getAttribute(path, "unix:ino", options);
    }
}
