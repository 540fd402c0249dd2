package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.GroupTree;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Removes a group's directories by rmdir, children first, waiting a little where the kernel still holds on to one. */
final class GroupRemover {
    private static final Duration FIRST_DELAY = Duration.ofMillis(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Linux linux;
    private final Duration patience;

    GroupRemover(Linux linux) {
        this(linux, PATIENCE);
    }

    /** @param patience how long is waited altogether; the wait doubles from 1 ms on */
    GroupRemover(Linux linux, Duration patience) {
        this.linux = linux;
        this.patience = patience;
    }

    /** Removes the directories of one group, one in each hierarchy. */
    Removal remove(List<Path> directories) {
        Duration waited = Duration.ZERO;
        for (Duration delay = FIRST_DELAY; ; delay = delay.multipliedBy(2)) {
            Optional<Removal.Busy> busy = attempt(directories);
            if (busy.isEmpty()) {
                return new Removal.Removed();
            }
            Duration rest = patience.minus(waited);
            if (rest.isNegative() || rest.isZero()) {
                return busy.get();
            }
            Duration wait = delay.compareTo(rest) < 0 ? delay : rest;
            try {
                TimeUnit.NANOSECONDS.sleep(wait.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return busy.get();
            }
            waited = waited.plus(wait);
        }
    }

    /** One round over all hierarchies: what can go goes, and the first that cannot is told. */
    private Optional<Removal.Busy> attempt(List<Path> directories) {
        Optional<Removal.Busy> first = Optional.empty();
        for (Path directory : directories) {
            try {
                rmdir(directory);
                Checkpoint.GROUP_HALF_REMOVED.reached();
            } catch (IOException e) {
                first = first.or(() -> Optional.of(busy(directory, e)));
            }
        }
        return first;
    }

    private void rmdir(Path directory) throws IOException {
        try {
            linux.rmdir(directory.toString());
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ENOENT) {
                // EBUSY is the kernel's word for a process and for a child alike. The children can be helped.
                GroupTree.removeBelow(directory);
                Files.deleteIfExists(directory);
            }
        }
    }

    private static Removal.Busy busy(Path directory, IOException e) {
        String reason = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.toString();
        return new Removal.Busy(directory, inside(directory), reason);
    }

    private static Set<Integer> inside(Path directory) {
        try {
            return GroupTree.processes(directory);
        } catch (IOException e) {
            return Set.of(); // nobody that can be named
        }
    }
}
