package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Pipes;
import java.nio.ByteOrder;
import java.nio.file.Path;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link TimeIndex} of a file that is being written. It is a hint, so whatever goes wrong with it stops nothing. */
final class TimeMarks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TimeMarks.class);
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private final Linux linux;
    private final Pipes pipes;
    private final Path path;
    private final Pointer record;
    private int fd = -1;
    private long end;
    private long firstMillis;
    private long lastMillis;
    private long lastOffset;

    /** Goes on where an earlier one of the same log file ended, else begins anew. */
    TimeMarks(Linux linux, Pipes pipes, Path log, long inode, long size) {
        this.linux = linux;
        this.pipes = pipes;
        this.path = log.resolveSibling(log.getFileName() + LogFiles.TIMES);
        this.record = linux.allocate(TimeIndex.RECORD);
        try {
            fd = linux.open(path.toString(), Linux.O_RDWR | Linux.O_CREAT | Linux.O_NOFOLLOW, 0640);
            resume(inode, size);
        } catch (ErrnoException e) {
            giveUp(e);
        }
    }

    private void resume(long inode, long size) throws ErrnoException {
        end = pipes.end(fd, path.toString());
        end -= end % TimeIndex.RECORD;
        boolean ours = end > 0 && read(0) && first() == TimeIndex.magic() && second() == inode;
        boolean hasMarks = ours && end > TimeIndex.RECORD && read(TimeIndex.RECORD);
        if (hasMarks) {
            firstMillis = first();
            hasMarks = read(end - TimeIndex.RECORD) && second() <= size;
            lastMillis = first();
            lastOffset = second();
        }
        if (!hasMarks) {
            begin(inode);
        }
    }

    private void begin(long inode) throws ErrnoException {
        linux.ftruncate(fd, 0, path.toString());
        end = 0;
        firstMillis = 0;
        lastMillis = 0;
        lastOffset = -1;
        append(TimeIndex.magic(), inode);
    }

    /** What is written from {@code offset} on is written now. */
    void mark(long millis, long offset) {
        boolean soon = Math.abs(millis - lastMillis) < TimeIndex.INTERVAL_MILLIS;
        if (fd < 0 || soon) {
            return;
        }
        try {
            if (offset == lastOffset) {
                end -= TimeIndex.RECORD; // nothing came of the last one
            }
            append(millis, offset);
            firstMillis = firstMillis == 0 ? millis : firstMillis;
            lastMillis = millis;
            lastOffset = offset;
        } catch (ErrnoException e) {
            // Full, most likely: the log itself has a say in that. Here later bytes only look older.
            log.debug("{}", e.getMessage());
        }
    }

    /** The log has been emptied. */
    void clear(long inode) {
        if (fd < 0) {
            return;
        }
        try {
            begin(inode);
        } catch (ErrnoException e) {
            giveUp(e);
        }
    }

    /** When the file was begun, milliseconds of the epoch; 0: not known. */
    long firstMillis() {
        return firstMillis;
    }

    /** The log is at most this long where nobody else has cut it. */
    long lastOffset() {
        return lastOffset;
    }

    private void giveUp(ErrnoException e) {
        log.debug("no times are kept: {}", e.getMessage());
        close();
    }

    private boolean read(long offset) throws ErrnoException {
        return pipes.pread(fd, record, TimeIndex.RECORD, offset, path.toString()) == TimeIndex.RECORD;
    }

    private long first() {
        return bigEndian(record.getLong(0));
    }

    private long second() {
        return bigEndian(record.getLong(8));
    }

    private void append(long first, long second) throws ErrnoException {
        record.putLong(0, bigEndian(first));
        record.putLong(8, bigEndian(second));
        if (pipes.pwrite(fd, record, TimeIndex.RECORD, end, path.toString()) == TimeIndex.RECORD) {
            end += TimeIndex.RECORD;
        }
    }

    private static long bigEndian(long value) {
        return SWAP ? Long.reverseBytes(value) : value;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            linux.close(fd);
            fd = -1;
        }
    }
}
