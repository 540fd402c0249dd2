package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Pipes;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/**
 * What was taken out of a pipe and isn't where it belongs yet: a file in run-dir, which outlives the daemon. Not thread-safe.
 *
 * <p>Where lines are changed on their way, taking them and writing them can't be one system call. So the bytes are first moved
 * here, in one; the file's length says what has been taken, its head how much of that has been delivered, and, while a delivery is
 * under way, where it began and at what time. The next daemon makes the same text again and writes what is missing of it.
 */
final class Spool implements AutoCloseable {
    /** A page, so that what is done with can be given back. */
    private static final int HEAD = 4096;

    private static final long MAGIC = 0x62756c6b73706f6fL;
    private static final int HEAD_USED = 88;
    /** Beyond this, what is left is moved to the front; where holes can be punched, the file needs no room until then. */
    private static final long LONGEST = 64L << 20;

    private final Linux linux;
    private final Pipes pipes;
    private final Path path;
    private final int fd;
    private final Pointer head;
    private long end;

    /**
     * A delivery that has begun.
     *
     * @param millis the time its lines have
     * @param inode the file it goes to
     * @param size how long that was
     * @param layout what its lines look like
     */
    record Begun(long millis, long inode, long size, long layout) {}

    /**
     * What was thrown away and has not been told yet.
     *
     * @param since milliseconds of the epoch
     */
    record Dropped(long bytes, long lines, long since) {}

    Spool(Linux linux, Path path) throws ErrnoException {
        this.linux = linux;
        this.pipes = linux.pipes();
        this.path = path;
        this.fd = linux.open(path.toString(), Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW, 0600);
        this.head = linux.allocate(HEAD_USED);
        try {
            resume();
        } catch (ErrnoException e) {
            linux.close(fd);
            throw e;
        }
    }

    private void resume() throws ErrnoException {
        int n = pipes.pread(fd, head, HEAD_USED, 0, path.toString());
        end = pipes.end(fd, path.toString());
        if (n < HEAD_USED || head.getLong(0) != MAGIC || delivered() < 0) {
            for (int i = 0; i < HEAD_USED; i += 8) {
                head.putLong(i, 0);
            }
            head.putLong(0, MAGIC);
            linux.ftruncate(fd, HEAD, path.toString());
            end = HEAD;
            save();
        }
        if (head.getLong(80) != 0) {
            cutToFront();
        }
        if (end < HEAD + delivered()) {
            // It was emptied, and then the daemon died.
            head.putLong(16, 0);
            save();
        }
    }

    /** Bytes that wait. */
    int pending() {
        return (int) Math.min(Integer.MAX_VALUE, end - HEAD - delivered());
    }

    private long delivered() {
        return head.getLong(16);
    }

    /** Takes up to {@code count} bytes out of a pipe: how many. */
    long fill(LogStream stream, long count) throws ErrnoException {
        end = pipes.end(fd, path.toString());
        long n = stream.moveTo(fd, count, path);
        end += n;
        return n;
    }

    /** Reads what waits: how much of it. */
    int read(Scratch scratch) throws ErrnoException {
        int n = pipes.pread(
                fd, scratch.memory(), Math.min(pending(), Scratch.SIZE), HEAD + delivered(), path.toString());
        scratch.memory().get(0, scratch.input(), 0, n);
        return n;
    }

    boolean isBegun() {
        return head.getLong(8) != 0;
    }

    Begun begun() {
        return new Begun(head.getLong(24), head.getLong(32), head.getLong(40), head.getLong(48));
    }

    /** From here on, {@code begun} says what became of a delivery. */
    void begin(Begun begun) throws ErrnoException {
        advance(0, begun);
    }

    /** So much has been delivered, of a delivery that goes on. */
    void advance(int bytes, Begun begun) throws ErrnoException {
        head.putLong(8, 1);
        head.putLong(16, delivered() + bytes);
        head.putLong(24, begun.millis());
        head.putLong(32, begun.inode());
        head.putLong(40, begun.size());
        head.putLong(48, begun.layout());
        save();
    }

    /** So much has been delivered. */
    void done(int bytes) throws ErrnoException {
        head.putLong(8, 0);
        head.putLong(16, delivered() + bytes);
        save();
    }

    /** So much has been thrown away. */
    void drop(int bytes, int lines, long now) throws ErrnoException {
        head.putLong(8, 0);
        head.putLong(16, delivered() + bytes);
        head.putLong(56, head.getLong(56) + bytes);
        head.putLong(64, head.getLong(64) + lines);
        head.putLong(72, head.getLong(72) == 0 ? now : head.getLong(72));
        save();
    }

    Dropped dropped() {
        return new Dropped(head.getLong(56), head.getLong(64), head.getLong(72));
    }

    /** What was dropped has been told. */
    void told() throws ErrnoException {
        head.putLong(56, 0);
        head.putLong(64, 0);
        head.putLong(72, 0);
        save();
    }

    /** Gives back the room of what is done with. */
    void tidy(Scratch scratch) throws ErrnoException {
        if (delivered() == 0 || isBegun()) {
            return;
        }
        if (pending() == 0) {
            linux.ftruncate(fd, HEAD, path.toString());
            end = HEAD;
            done(0 - (int) delivered());
        } else if (delivered() < LONGEST) {
            pipes.punch(fd, HEAD, delivered() / HEAD * HEAD);
        } else if (pending() <= Math.min(Scratch.SIZE, delivered())) {
            toTheFront(scratch);
        }
    }

    /** Until the head says otherwise, the copy at the front is nothing; from then on, what is behind it is. */
    private void toTheFront(Scratch scratch) throws ErrnoException {
        int n = read(scratch);
        pipes.pwrite(fd, scratch.memory(), n, HEAD, path.toString());
        head.putLong(80, HEAD + n);
        done((int) -delivered());
        cutToFront();
    }

    private void cutToFront() throws ErrnoException {
        end = head.getLong(80);
        linux.ftruncate(fd, end, path.toString());
        head.putLong(80, 0);
        save();
    }

    private void save() throws ErrnoException {
        pipes.pwrite(fd, head, HEAD_USED, 0, path.toString());
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
