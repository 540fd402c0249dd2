package io.bulkhead.logs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, and lines among bytes. */
final class Text {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NEWLINES = 0x0a0a0a0a0a0a0a0aL;
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private byte[] bytes;
    private int size;

    Text(int capacity) {
        bytes = new byte[capacity];
    }

    /** The index of the first line's end at {@code from} or behind it; -1 where there is none before {@code until}. */
    static int lineEnd(byte[] bytes, int from, int until) {
        int i = from;
        for (; i + 8 <= until; i += 8) {
            // Eight at once: a byte that is a line's end is the lowest with its high bit set here.
            long zeroWhereNewline = (long) LONGS.get(bytes, i) ^ NEWLINES;
            long found = (zeroWhereNewline - ONES) & ~zeroWhereNewline & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; i < until; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    static int lines(byte[] bytes, int from, int until) {
        int lines = 0;
        for (int end = lineEnd(bytes, from, until); end >= 0; end = lineEnd(bytes, end + 1, until)) {
            lines++;
        }
        return lines;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    Text add(byte[] from, int start, int end) {
        room(end - start);
        System.arraycopy(from, start, bytes, size, end - start);
        size += end - start;
        return this;
    }

    Text add(byte[] from) {
        return add(from, 0, from.length);
    }

    Text add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    Text add(char ascii) {
        room(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    private void room(int count) {
        if (size + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + count, 2 * bytes.length));
        }
    }
}
