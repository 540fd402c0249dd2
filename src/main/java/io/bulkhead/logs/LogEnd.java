package io.bulkhead.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Counts lines from the end. */
final class LogEnd {
    private static final int BLOCK = 64 << 10;

    private LogEnd() {}

    /**
     * Puts an open file where its last {@code count} lines begin; one that has no end yet counts.
     *
     * @return how many there are from there on: as many, or less and then the file is at its beginning
     */
    static long find(OpenLog file, long count) throws IOException {
        return file.isCompressed() ? forwards(file, count) : backwards(file, count);
    }

    private static long backwards(OpenLog file, long count) throws IOException {
        long end = file.length();
        if (end == 0 || count == 0) {
            file.skipTo(end);
            return 0;
        }
        long lines = 1;
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (long at = end; at > 0; ) {
            long from = Math.max(0, at - BLOCK);
            block.clear().limit((int) (at - from));
            file.skipTo(from);
            while (block.hasRemaining() && file.read(block) > 0) {}
            for (int i = block.position() - 1; i >= 0; i--) {
                // The last byte of all ends the last line.
                if (block.get(i) == '\n' && from + i != end - 1) {
                    if (lines == count) {
                        file.skipTo(from + i + 1);
                        return count;
                    }
                    lines++;
                }
            }
            at = from;
        }
        file.skipTo(0);
        return lines;
    }

    private static long forwards(OpenLog file, long count) throws IOException {
        ArrayDeque<Long> starts = new ArrayDeque<>();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        boolean begins = true;
        for (long at = 0; file.read(block.clear()) > 0; at += block.position()) {
            for (int i = 0; i < block.position(); i++) {
                if (begins) {
                    starts.add(at + i);
                    if (starts.size() > count) {
                        starts.remove();
                    }
                }
                begins = block.get(i) == '\n';
            }
        }
        file.skipTo(starts.isEmpty() ? file.offset() : starts.element());
        return starts.size();
    }
}
