package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalInt;
import jnr.ffi.Pointer;

/** One FIFO and the file it is emptied into. Not thread-safe. */
final class LogStream implements AutoCloseable {
    private static final int PIPE_BYTES = 1 << 20;

    private final Linux linux;
    private final Path fifo;
    private final LogFile file;
    private final int fd;
    /** What was read but could not be written: the pipe is left alone, and so the writer waits, until it is. */
    private byte[] unwritten = new byte[0];

    LogStream(Linux linux, Path fifo, Path logFile, LogSpec spec) throws ErrnoException, IOException {
        this.linux = linux;
        this.fifo = fifo;
        makeFifo();
        this.file = new LogFile(linux, logFile, spec);
        // Read-write: with a writer of our own, the end of the last other one is no hang-up that would wake us
        // for ever.
        this.fd = linux.open(fifo.toString(), Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_NOFOLLOW);
        linux.setPipeSize(fd, PIPE_BYTES);
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

    int fd() {
        return fd;
    }

    LogFile file() {
        return file;
    }

    boolean isBlocked() {
        return unwritten.length > 0;
    }

    /**
     * Moves what is there, at most a buffer's worth, so that one that floods doesn't hold up the others.
     *
     * @return whether there may be more
     */
    boolean pump(Pointer buffer, int capacity) throws ErrnoException {
        if (isBlocked()) {
            buffer.put(0, unwritten, 0, unwritten.length);
            write(buffer, unwritten.length);
        }
        OptionalInt count = linux.read(fd, buffer, capacity, fifo.toString());
        if (count.isEmpty() || count.getAsInt() == 0) {
            return false;
        }
        write(buffer, count.getAsInt());
        return count.getAsInt() == capacity;
    }

    private void write(Pointer buffer, int count) throws ErrnoException {
        try {
            file.write(buffer, count);
            unwritten = new byte[0];
        } catch (ErrnoException e) {
            unwritten = new byte[count - file.written()];
            buffer.get(file.written(), unwritten, 0, unwritten.length);
            throw e;
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(fifo);
    }

    @Override
    public void close() {
        linux.close(fd);
        file.close();
    }
}
