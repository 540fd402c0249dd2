package io.bulkhead.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * When the bytes of a log file were written, to about {@value #INTERVAL_MILLIS} ms: a file beside it, {@code .times}.
 *
 * <p>Its form, big endian: 8 bytes {@value #MAGIC}, the log's inode, then pairs of a time (milliseconds of the epoch) and an
 * offset into the log, uncompressed. The bytes from an offset up to that of the next pair were written within {@value
 * #INTERVAL_MILLIS} ms from the pair's time on. It is a hint: it may be missing, end early, or, where a clock was set, go
 * back in time; offsets never go back, and of pairs of one offset the last holds.
 */
public final class TimeIndex {
    /** Bytes that are written within this of one another may share a pair. */
    public static final int INTERVAL_MILLIS = 100;

    static final String MAGIC = "bulktime";
    static final int RECORD = 16;

    private final long inode;
    private final ByteBuffer records;

    private TimeIndex(long inode, ByteBuffer records) {
        this.inode = inode;
        this.records = records;
    }

    /** What stands in {@code file}; an empty one where that is missing or is something else. */
    public static TimeIndex read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            bytes = new byte[0];
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, bytes.length - bytes.length % RECORD);
        if (buffer.remaining() < RECORD || buffer.getLong() != magic()) {
            return new TimeIndex(0, ByteBuffer.allocate(0));
        }
        return new TimeIndex(buffer.getLong(), buffer.slice());
    }

    static long magic() {
        long value = 0;
        for (int i = 0; i < MAGIC.length(); i++) {
            value = value << 8 | MAGIC.charAt(i);
        }
        return value;
    }

    /** The inode of the file it is about, as it was before it was compressed; 0 for an empty index. */
    public long inode() {
        return inode;
    }

    public int size() {
        return records.limit() / RECORD;
    }

    /** The time of the pair {@code i}, milliseconds of the epoch. */
    public long millis(int i) {
        return records.getLong(i * RECORD);
    }

    public long offset(int i) {
        return records.getLong(i * RECORD + 8);
    }

    /**
     * Where to read from for what was written at {@code time} and later: at most {@value #INTERVAL_MILLIS} ms too early, and
     * not always at the beginning of a line.
     *
     * @param otherwise where nothing is known to be as late
     */
    public long offsetSince(Instant time, long otherwise) {
        long earliest = time.toEpochMilli() - INTERVAL_MILLIS;
        for (int i = 0; i < size(); i++) {
            if (millis(i) > earliest) {
                return offset(i);
            }
        }
        return otherwise;
    }

    /** When the byte at {@code offset} was written, milliseconds of the epoch; {@code otherwise} where that isn't known. */
    public long millisAt(long offset, long otherwise) {
        int low = 0;
        int high = size() - 1;
        long found = otherwise;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (offset(middle) <= offset) {
                found = millis(middle);
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }
}
