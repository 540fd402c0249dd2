package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Pipes;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One pipe that a service writes to, and beside it the stage, and the {@link Spool} where there is one. Not thread-safe.
 *
 * <p>While a pipe's bytes are written to a file, the kernel lets nobody write to that pipe. So they are first moved to the
 * stage, another pipe, which takes but a moment, for they stay where they are in memory; what fills it from there to the file
 * takes its time while the service goes on writing. The stage outlives the daemon as the pipe does.
 *
 * <p>The service holds the pipe too, for reading and writing: it may take bytes out, and what was seen in it may be gone, or be
 * something else, a moment later. That costs it its own output.
 */
final class LogStream implements AutoCloseable {
    private static final int MOST = 1 << 20;
    private static final int NONE = -1;

    private final Linux linux;
    private final Pipes moves;
    private final String name;
    private final String stream;
    private final Path spoolPath;
    private final List<LogPipe> used = new ArrayList<>();
    private final int fd;
    /** -1 where nobody but the daemon would hold it. */
    private final int stage;

    private long staged;
    private long taken;
    private Optional<Spool> spool = Optional.empty();

    /**
     * @param name {@code stdout} or {@code stderr}
     * @param stream one that is there: {@code web.stdout}
     */
    LogStream(Linux linux, String name, LogPipes pipes, String stream) throws ErrnoException {
        this.linux = linux;
        this.moves = linux.pipes();
        this.name = name;
        this.stream = stream;
        this.spoolPath = pipes.spool(stream);
        this.fd = pipes.use(stream).map(this::use).orElseThrow();
        this.stage = pipes.use(LogPipes.stage(stream)).map(this::use).orElse(NONE);
        this.staged = stage == NONE ? 0 : moves.held(stage);
        try {
            if (Files.exists(spoolPath, LinkOption.NOFOLLOW_LINKS)) {
                openSpool();
            }
        } catch (ErrnoException e) {
            close();
            throw e;
        }
    }

    private int use(LogPipe pipe) {
        used.add(pipe);
        return pipe.fd();
    }

    String name() {
        return name;
    }

    int fd() {
        return fd;
    }

    /** What has been taken out of the pipe and isn't where it belongs yet, if anything has ever been. */
    Optional<Spool> spool() {
        return spool;
    }

    /** The same, made where it is missing. */
    Spool openSpool() throws ErrnoException {
        Spool opened = spool.isPresent() ? spool.get() : new Spool(linux, spoolPath);
        spool = Optional.of(opened);
        return opened;
    }

    /** How many bytes wait in the pipe and on the stage. */
    int held() {
        return moves.held(fd) + (int) staged;
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
            return stage == NONE ? taken(moves.splice(fd, file, count, what.toString())) : 0;
        }
        long n = moves.splice(stage, file, Math.min(count, staged), what.toString());
        staged -= n;
        return taken(n);
    }

    private boolean fillStage() throws ErrnoException {
        if (stage != NONE && staged == 0) {
            staged = moves.splice(fd, stage, MOST, LogPipes.stage(stream));
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
        long there = moves.tee(stage == NONE ? fd : stage, scratch.pipeIn(), Scratch.SIZE, stream);
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
        return stream;
    }

    @Override
    public void close() {
        used.forEach(LogPipe::close);
        spool.ifPresent(Spool::close);
    }
}
