package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Mount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A rootfs as its own processes see it, with what is mounted into it: every path is resolved beneath the one or the other,
 * whatever symbolic links a hostile service left. A link from one into another leads nowhere here.
 */
final class RootDirectory implements AutoCloseable {
    /** Account files beyond this are not read: a service must not be able to fill the daemon's memory. */
    private static final int MAX_FILE = 4 << 20;

    private final Linux linux;
    private final List<Mount> mounts;
    private final int fd;

    /** @param mounts those that are still to be made in it */
    RootDirectory(Linux linux, Path rootfs, List<Mount> mounts) throws ErrnoException {
        this.linux = linux;
        this.mounts = mounts;
        this.fd = linux.open(rootfs.toString(), Linux.O_PATH | Linux.O_DIRECTORY);
    }

    /** A small file's text, or empty where there is none. */
    Optional<String> read(String path) throws ErrnoException {
        int file;
        try {
            // O_NONBLOCK: were it a FIFO, open would wait for a writer.
            file = open(path, Linux.O_RDONLY | Linux.O_NONBLOCK);
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

    /** Whether there is something at {@code path}; of a link in a mount, it isn't known where it leads. */
    boolean has(String path) {
        try {
            linux.close(open(path, mountAt(path).isPresent() ? Linux.O_PATH | Linux.O_NOFOLLOW : Linux.O_PATH));
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private int open(String path, int flags) throws ErrnoException {
        Optional<Mount> mount = mountAt(path);
        if (mount.isEmpty()) {
            return linux.openInRoot(fd, path, flags);
        }
        String rest = path.substring(mount.get().target().length());
        if (!(mount.get() instanceof Mount.Bind bind)) {
            throw new ErrnoException("openat2 " + path + " in " + mount.get(), ErrnoException.ENOENT);
        }
        if (rest.isEmpty()) {
            return linux.open(bind.source().toString(), flags);
        }
        int source = linux.open(bind.source().toString(), Linux.O_PATH | Linux.O_DIRECTORY);
        try {
            return linux.openInRoot(source, rest, flags);
        } finally {
            linux.close(source);
        }
    }

    /** The one that {@code path} leads into, of those that lie in each other the innermost. */
    private Optional<Mount> mountAt(String path) {
        return mounts.stream()
                .filter(mount -> path.equals(mount.target()) || path.startsWith(mount.target() + "/"))
                .max(Comparator.comparingInt(mount -> mount.target().length()));
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
