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
 * One FIFO that a service writes to, and beside it the stage, and the {@link Spool} where there is one. Not thread-safe.
 *
 * <p>While a pipe's bytes are written to a file, the kernel lets nobody write to that pipe. So they are first moved to the
 * stage, another FIFO, which takes but a moment, for they stay where they are in memory; what fills it from there to the file
 * takes its time while the service goes on writing. The stage outlives the daemon as the FIFO does.
 *
 * <p>The service holds the FIFO too, for reading and writing: it may take bytes out, and what was seen in it may be gone, or be
 * something else, a moment later. That costs it its own output.
 */
final class LogStream implements AutoCloseable {
    private static final int PIPE_BYTES = 1 << 20;
    private static final int NONE = -1;

    private final Linux linux;
    private final Pipes pipes;
    private final String name;
    private final Path fifo;
    private final int fd;
    /** -1 where an earlier version has made the FIFO: nobody would hold a stage that comes later. */
    private final int stage;

    private long staged;
    private long taken;
    private Optional<Spool> spool = Optional.empty();

    /** @param name {@code stdout} or {@code stderr} */
    LogStream(Linux linux, String name, Path fifo) throws ErrnoException, IOException {
        this.linux = linux;
        this.pipes = linux.pipes();
        this.name = name;
        this.fifo = fifo;
        // The stage first: where there is a FIFO of ours, there is its stage.
        if (!isThere(fifo)) {
            makeFifo(stagePath(fifo));
            makeFifo(fifo);
        }
        this.fd = open(fifo);
        this.stage = openStage();
        this.staged = stage == NONE ? 0 : pipes.held(stage);
        if (Files.exists(spoolPath(fifo), LinkOption.NOFOLLOW_LINKS)) {
            openSpool();
        }
    }

    private int openStage() throws ErrnoException, IOException {
        try {
            return isThere(stagePath(fifo)) ? open(stagePath(fifo)) : NONE;
        } catch (ErrnoException | IOException e) {
            linux.close(fd);
            throw e;
        }
    }

    private static boolean isThere(Path fifo) throws IOException {
        return Files.exists(fifo, LinkOption.NOFOLLOW_LINKS)
                && Files.readAttributes(fifo, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther();
    }

    private void makeFifo(Path path) throws ErrnoException, IOException {
        Files.deleteIfExists(path);
        linux.mkfifo(path.toString(), 0600);
    }

    private int open(Path path) throws ErrnoException {
        // Read-write: with a writer of our own, the end of the last other one is no hang-up that would wake us
        // for ever.
        int opened = linux.open(path.toString(), Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_NOFOLLOW);
        linux.setPipeSize(opened, PIPE_BYTES);
        return opened;
    }

    static Path stagePath(Path fifo) {
        return fifo.resolveSibling(fifo.getFileName() + ".stage");
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

    /** How many bytes wait in the FIFO and on the stage. */
    int held() {
        return pipes.held(fd) + (int) staged;
    }

    /** Whether something waits that nobody is told of. */
    boolean isStaged() {
        return staged > 0;
    }

    /** Whether nothing is on its way through the spool. */
    boolean isDirect() {
        return spool.isEmpty() || spool.get().pending() == 0;
    }

    /** Moves up to {@code count} bytes to where {@code file} stands. */
    long moveTo(int file, long count, Path what) throws ErrnoException {
        if (!fillStage()) {
            return stage == NONE ? taken(pipes.splice(fd, file, count, what.toString())) : 0;
        }
        long n = pipes.splice(stage, file, Math.min(count, staged), what.toString());
        staged -= n;
        return taken(n);
    }

    private boolean fillStage() throws ErrnoException {
        if (stage != NONE && staged == 0) {
            staged = pipes.splice(fd, stage, PIPE_BYTES, stagePath(fifo).toString());
        }
        return staged > 0;
    }

    private long taken(long n) {
        taken += n;
        return n;
    }

    /** How many bytes have been moved. */
    long taken() {
        return taken;
    }

    /** Looks at up to a buffer's worth and leaves it where it is: how much it is. */
    int peek(Scratch scratch) throws ErrnoException {
        fillStage();
        long there = pipes.tee(stage == NONE ? fd : stage, scratch.pipeIn(), Scratch.SIZE, fifo.toString());
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
        if (stage != NONE) {
            linux.close(stage);
        }
        spool.ifPresent(Spool::close);
    }
}
