package io.bulkhead.logs;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log file and its rotated predecessors, {@code .1} the newest. Not thread-safe. */
final class LogFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogFile.class);
    /** A line longer than this is cut by a rotation. */
    private static final int ENDLESS = 64 << 10;

    private final Linux linux;
    private final Path path;
    private LogSpec spec;
    private int fd;
    private long size;
    private int written;
    private boolean rotates = true;

    LogFile(Linux linux, Path path, LogSpec spec) throws ErrnoException, IOException {
        this.linux = linux;
        this.path = path;
        this.spec = spec;
        open();
    }

    private void open() throws ErrnoException, IOException {
        // O_NOFOLLOW: whoever may write to log-dir must not be able to point a log at another file.
        fd = linux.open(path.toString(), Linux.O_WRONLY | Linux.O_CREAT | Linux.O_APPEND | Linux.O_NOFOLLOW, 0640);
        size = Files.size(path);
    }

    void spec(LogSpec next) {
        spec = next;
    }

    /**
     * Writes a chunk, rotating at the last end of a line in it where the file would grow too long.
     *
     * @throws ErrnoException with {@link #written} saying how much of the chunk is in the file nevertheless
     */
    void write(Pointer buffer, int count) throws ErrnoException {
        written = 0;
        if (spec.rotation().maxSizeBytes() > 0
                && size + count >= spec.rotation().maxSizeBytes()) {
            int cut = lastLineEnd(buffer, count);
            append(buffer, cut);
            boolean lineIsEndless = cut == 0 && size >= spec.rotation().maxSizeBytes() + ENDLESS;
            if (cut > 0 || lineIsEndless) {
                tryRotate();
            }
        }
        append(buffer, count);
    }

    /** How much of the last chunk is in the file. */
    int written() {
        return written;
    }

    private void append(Pointer buffer, int until) throws ErrnoException {
        while (written < until) {
            int count = linux.write(fd, buffer.slice(written), until - written, path.toString());
            written += count;
            size += count;
        }
    }

    /** Where that fails, the file grows on: nothing is lost, and nobody has to wait. */
    private void tryRotate() {
        try {
            rotate();
            rotates = true;
        } catch (ErrnoException | IOException e) {
            if (rotates) {
                log.warn("log {} cannot be rotated and grows on: {}", path, e.toString());
            }
            rotates = false;
        }
    }

    private static int lastLineEnd(Pointer buffer, int count) {
        for (int i = count; i > 0; i--) {
            if (buffer.getByte(i - 1) == '\n') {
                return i;
            }
        }
        return 0;
    }

    private void rotate() throws ErrnoException, IOException {
        if (spec.rotation().backups() == 0) {
            linux.ftruncate(fd, 0, path.toString());
            size = 0;
            return;
        }
        Checkpoint.ROTATION_BEGUN.reached();
        for (int i = spec.rotation().backups(); i > 0; i--) {
            Path from = i == 1 ? path : backup(i - 1);
            if (Files.exists(from)) {
                Files.move(from, backup(i), StandardCopyOption.REPLACE_EXISTING);
                Checkpoint.ROTATION_HALF_MOVED.reached();
            }
        }
        Checkpoint.ROTATION_MOVED.reached();
        reopen();
    }

    private Path backup(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    /** For a file that somebody has moved away. */
    void reopen() throws ErrnoException, IOException {
        int before = fd;
        open();
        linux.close(before);
    }

    void clear() throws ErrnoException {
        linux.ftruncate(fd, 0, path.toString());
        size = 0;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
