package io.bulkhead.logs;

import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.util.Optional;

/** A pipe, open until the last of those who use it has released it. Thread-safe. */
final class LogPipe implements AutoCloseable {
    private static final int BYTES = 1 << 20;

    private final Linux linux;
    private final int fd;
    private int users = 1;
    private Optional<String> what = Optional.empty();

    /**
     * The caller is its first user.
     *
     * @param fd reads and writes, and is this object's from now on
     */
    LogPipe(Linux linux, int fd) {
        this.linux = linux;
        this.fd = fd;
        linux.setPipeSize(fd, BYTES);
    }

    int fd() {
        return fd;
    }

    /** As a {@link KeeperRecord.Entry} has it. */
    synchronized String what() throws IOException {
        if (what.isEmpty()) {
            what = Optional.of(PipeFinder.what(fd));
        }
        return what.get();
    }

    synchronized LogPipe use() {
        if (users == 0) {
            throw new IllegalStateException("pipe " + fd + " is closed");
        }
        users++;
        return this;
    }

    /** One user more, if there is still one. */
    synchronized boolean tryUse() {
        if (users > 0) {
            users++;
        }
        return users > 0;
    }

    /** One user less. */
    @Override
    public synchronized void close() {
        if (--users == 0) {
            linux.close(fd);
        }
    }
}
