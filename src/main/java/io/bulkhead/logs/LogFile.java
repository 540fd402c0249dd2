package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Pipes;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log file, its rotation and its times. Not thread-safe.
 *
 * <p>splice(2) refuses files that are opened for appending, so every write goes to where the file ends at that moment: one that
 * somebody else has cut goes on from there.
 */
final class LogFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogFile.class);
    /** After a rotation that failed, so that a directory that refuses it isn't asked for every line. */
    private static final long RETRY_MILLIS = 1_000;

    private final Linux linux;
    private final Pipes pipes;
    private final Path path;
    private final Backups backups;
    private final Pointer last;
    private LogSpec.Rotation rotation;
    private int fd;
    private long inode;
    private TimeMarks times;
    private long begun;
    private long notBefore;

    LogFile(Linux linux, Path path, LogSpec.Rotation rotation) throws ErrnoException, IOException {
        this.linux = linux;
        this.pipes = linux.pipes();
        this.path = path;
        this.backups = new Backups(linux, path);
        this.last = linux.allocate(1);
        this.rotation = rotation;
        this.fd = openFile();
        this.inode = inodeOfOpened();
        this.times = openTimes();
    }

    private int openFile() throws ErrnoException {
        // O_NOFOLLOW: whoever may write to log-dir must not be able to point a log at another file.
        return linux.open(path.toString(), Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW, 0640);
    }

    private long inodeOfOpened() throws IOException {
        return Backups.inode(Path.of("/proc/self/fd/" + fd));
    }

    private TimeMarks openTimes() throws ErrnoException, IOException {
        long size = size();
        TimeMarks marks = new TimeMarks(linux, pipes, path, inode, size);
        begun = marks.firstMillis() > 0 || size == 0
                ? marks.firstMillis()
                : Files.getLastModifiedTime(path).toMillis();
        return marks;
    }

    void rotation(LogSpec.Rotation next) {
        rotation = next;
    }

    int fd() {
        return fd;
    }

    Path path() {
        return path;
    }

    long inode() {
        return inode;
    }

    /** The number of the device it lies on. */
    Object device() {
        try {
            return Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:dev");
        } catch (IOException e) {
            return path;
        }
    }

    /** Its length now; writing goes on there. */
    long size() throws ErrnoException {
        return pipes.end(fd, path.toString());
    }

    /** How much more may be written until it is to be rotated; 0: it is to be. */
    long room(long size, long now) {
        boolean old = size > 0 && now >= due();
        if (now < notBefore) {
            return Long.MAX_VALUE;
        }
        if (old) {
            return 0;
        }
        return rotation.maxSizeBytes() == 0 ? Long.MAX_VALUE : Math.max(0, rotation.maxSizeBytes() - size);
    }

    /** How long it may be. */
    long bound() {
        return rotation.maxSizeBytes() == 0 ? Long.MAX_VALUE / 2 : rotation.maxSizeBytes();
    }

    private long due() {
        return rotation.maxAge().isEmpty() || begun == 0
                ? Long.MAX_VALUE
                : begun + rotation.maxAge().get().toMillis();
    }

    /** When it is to be looked at again even if nothing is written: for its age, or for a rotation that failed. */
    long nextLook(long now) throws ErrnoException {
        if (now < notBefore) {
            return notBefore;
        }
        if (rotation.maxAge().isEmpty() || size() == 0) {
            return Long.MAX_VALUE;
        }
        // One that is due already waits for the end of its last line.
        return due() <= now ? Long.MAX_VALUE : due();
    }

    /** Notes the time of what is about to be written behind {@code size}. */
    void mark(long now, long size) {
        if (size < times.lastOffset()) {
            times.clear(inode); // somebody has cut it
            begun = 0;
        }
        begun = begun == 0 || size == 0 ? now : begun;
        times.mark(now, size);
    }

    /** Whether what it holds ends with a line's end. */
    boolean endsLine(long size) throws ErrnoException {
        return size == 0 || pipes.pread(fd, last, 1, size - 1, path.toString()) < 1 || last.getByte(0) == '\n';
    }

    /**
     * Writes behind its end.
     *
     * @throws ErrnoException with a part of it in the file, perhaps
     */
    void append(Pointer buffer, int from, int until) throws ErrnoException {
        size();
        for (int at = from; at < until; ) {
            at += linux.write(fd, buffer.slice(at), until - at, path.toString());
        }
    }

    /** Fails where there isn't room for so much behind its end. */
    void reserve(long size, int count) throws ErrnoException {
        pipes.reserve(fd, size, count, path.toString());
    }

    /** Takes back what was written behind {@code size}. */
    void cut(long size) throws ErrnoException {
        linux.ftruncate(fd, size, path.toString());
    }

    /**
     * Puts it aside and begins a new one. Where that fails, it grows on: nothing is lost, and nobody has to wait.
     *
     * @return whether it was
     */
    boolean rotate(long now) {
        try {
            if (rotation.backups() == 0) {
                clear();
            } else {
                backups.push(rotation.backups());
                reopen();
            }
            notBefore = 0;
            return true;
        } catch (ErrnoException | IOException e) {
            if (notBefore == 0) {
                log.warn("log {} cannot be rotated and grows on: {}", path, e.getMessage());
            }
            notBefore = now + RETRY_MILLIS;
            return false;
        }
    }

    Backups backups() {
        return backups;
    }

    LogSpec.Compression compression() {
        return rotation.compress();
    }

    /** Opens its path again, where somebody may have moved it away. */
    void reopen() throws ErrnoException, IOException {
        int next = openFile();
        linux.close(fd);
        times.close();
        fd = next;
        inode = inodeOfOpened();
        times = openTimes();
    }

    void clear() throws ErrnoException {
        cut(0);
        times.clear(inode);
        begun = 0;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    @Override
    public void close() {
        linux.close(fd);
        times.close();
    }
}
