package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import jnr.ffi.Pointer;

/** One log file and its rotated predecessors, {@code .1} the newest. Not thread-safe. */
final class LogFile implements AutoCloseable {
    private final Linux linux;
    private final Path path;
    private LogSpec spec;
    private int fd;
    private long size;

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

    /** Writes a chunk, rotating at the last end of a line in it where the file would grow too long. */
    void write(Pointer buffer, int count) throws ErrnoException, IOException {
        int cut = 0;
        if (spec.maxSizeBytes() > 0 && size + count >= spec.maxSizeBytes()) {
            cut = lastLineEnd(buffer, count);
            append(buffer, cut);
            boolean lineIsEndless = cut == 0 && size >= spec.maxSizeBytes() + (64 << 10);
            if (cut > 0 || lineIsEndless) {
                rotate();
            }
        }
        append(buffer.slice(cut), count - cut);
    }

    private void append(Pointer buffer, int count) throws ErrnoException {
        if (count > 0) {
            linux.write(fd, buffer, count, path.toString());
            size += count;
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
        if (spec.backups() == 0) {
            linux.ftruncate(fd, 0, path.toString());
            size = 0;
            return;
        }
        for (int i = spec.backups(); i > 0; i--) {
            Path from = i == 1 ? path : backup(i - 1);
            if (Files.exists(from)) {
                Files.move(from, backup(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        reopen();
    }

    private Path backup(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    /** For a file that somebody has moved away. */
    void reopen() throws ErrnoException, IOException {
        linux.close(fd);
        open();
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
