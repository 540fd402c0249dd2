package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A rootfs as its own processes see it: every path is resolved beneath it, whatever symbolic links a hostile service left.
 */
final class RootDirectory implements AutoCloseable {
    /** Account files beyond this are not read: a service must not be able to fill the daemon's memory. */
    private static final int MAX_FILE = 4 << 20;

    private final Linux linux;
    private final int fd;

    RootDirectory(Linux linux, Path rootfs) throws ErrnoException {
        this.linux = linux;
        this.fd = linux.open(rootfs.toString(), Linux.O_PATH | Linux.O_DIRECTORY);
    }

    /** A small file's text, or empty where there is none. */
    Optional<String> read(String path) throws ErrnoException {
        int file;
        try {
            // O_NONBLOCK: were it a FIFO, open would wait for a writer.
            file = linux.openInRoot(fd, path, Linux.O_RDONLY | Linux.O_NONBLOCK);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ENOENT || e.errno() == ErrnoException.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return Optional.of(
                    new String(linux.readAll(file, MAX_FILE, path + " in the rootfs"), StandardCharsets.UTF_8));
        } finally {
            linux.close(file);
        }
    }

    /** Whether there is something at {@code path}. */
    boolean has(String path) {
        try {
            linux.close(linux.openInRoot(fd, path, Linux.O_PATH));
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
