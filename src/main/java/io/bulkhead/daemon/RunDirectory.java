package io.bulkhead.daemon;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The daemon's claim to its run-dir: exactly one daemon has it, whatever the instant at which two are started. */
final class RunDirectory implements AutoCloseable {
    private final Linux linux;
    private final Path path;
    private final int fd;

    private RunDirectory(Linux linux, Path path, int fd) {
        this.linux = linux;
        this.path = path;
        this.fd = fd;
    }

    /** Somebody else has the run-dir. */
    static final class HeldException extends Exception {
        HeldException(String message) {
            super(message);
        }
    }

    /** Makes the directory where it's missing and takes it. The lock goes with the process, however it ends. */
    static RunDirectory take(Linux linux, Path runDir) throws ErrnoException, IOException, HeldException {
        Files.createDirectories(runDir);
        Path file = runDir.resolve("supervisord.pid");
        int fd = linux.open(file.toString(), Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW, 0644);
        if (!linux.tryLock(fd)) {
            linux.close(fd);
            throw new HeldException(
                    "another supervisord (pid " + Files.readString(file).strip() + ") has " + runDir);
        }
        Files.writeString(
                file,
                linux.getpid() + "\n",
                StandardCharsets.US_ASCII,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        return new RunDirectory(linux, runDir, fd);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
