package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Pipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * One FIFO that a service writes to, and the {@link Spool} beside it, where there is one. Not thread-safe.
 *
 * <p>The service holds the FIFO too, for reading and writing: it may take bytes out, and what was seen in it may be gone, or be
 * something else, a moment later. That costs it its own output.
 */
final class LogStream implements AutoCloseable {
    private static final int PIPE_BYTES = 1 << 20;

    private final Linux linux;
    private final Pipes pipes;
    private final String name;
    private final Path fifo;
    private final int fd;
    private long taken;
    private Optional<Spool> spool = Optional.empty();

    /** @param name {@code stdout} or {@code stderr} */
    LogStream(Linux linux, String name, Path fifo) throws ErrnoException, IOException {
        this.linux = linux;
        this.pipes = linux.pipes();
        this.name = name;
        this.fifo = fifo;
        makeFifo();
        // Read-write: with a writer of our own, the end of the last other one is no hang-up that would wake us
        // for ever.
        this.fd = linux.open(fifo.toString(), Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_NOFOLLOW);
        linux.setPipeSize(fd, PIPE_BYTES);
        if (Files.exists(spoolPath(fifo), LinkOption.NOFOLLOW_LINKS)) {
            openSpool();
        }
    }

    private void makeFifo() throws ErrnoException, IOException {
        if (Files.exists(fifo, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.readAttributes(fifo, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther()) {
                return;
            }
            Files.delete(fifo);
        }
        linux.mkfifo(fifo.toString(), 0600);
    }

    static Path spoolPath(Path fifo) {
        return fifo.resolveSibling(fifo.getFileName() + ".spool");
    }

    String name() {
        return name;
    }

    int fd() {
        return fd;
    }

    /** What has been taken out of the FIFO and isn't where it belongs yet, if anything has ever been. */
    Optional<Spool> spool() {
        return spool;
    }

    /** The same, made where it is missing. */
    Spool openSpool() throws ErrnoException {
        Spool opened = spool.isPresent() ? spool.get() : new Spool(linux, spoolPath(fifo));
        spool = Optional.of(opened);
        return opened;
    }

    /** How many bytes wait in the FIFO. */
    int held() {
        return pipes.held(fd);
    }

    /** Whether nothing is on its way through the spool. */
    boolean isDirect() {
        return spool.isEmpty() || spool.get().pending() == 0;
    }

    /** Moves up to {@code count} bytes to where {@code file} stands. */
    long moveTo(int file, long count, Path what) throws ErrnoException {
        long n = pipes.splice(fd, file, count, what.toString());
        taken += n;
        return n;
    }

    /** How many bytes have been moved. */
    long taken() {
        return taken;
    }

    /** Looks at up to a buffer's worth and leaves it where it is: how much it is. */
    int peek(Scratch scratch) throws ErrnoException {
        long there = pipes.tee(fd, scratch.pipeIn(), Scratch.SIZE, fifo.toString());
        int seen = 0;
        while (seen < there) {
            int n = linux.read(
                            scratch.pipeOut(), scratch.memory().slice(seen), (int) there - seen, "what is in the pipe")
                    .orElse(0);
            if (n == 0) {
                break;
            }
            seen += n;
        }
        return seen;
    }

    @Override
    public String toString() {
        return fifo.toString();
    }

    @Override
    public void close() {
        linux.close(fd);
        spool.ifPresent(Spool::close);
    }
}
