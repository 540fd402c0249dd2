package io.bulkhead.logs;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for a line among all that goes through an output, each byte once. Not thread-safe.
 *
 * <p>Neither pattern nor line is to be trusted: a line is looked at up to {@value #LONGEST_LINE} bytes, and by a bounded number of
 * steps, which no pattern can multiply.
 */
final class Lookout {
    private static final int LONGEST_LINE = 4096;
    /** For a line; a pattern that backtracks without end needs more. */
    private static final int STEPS = 200_000;
    /** For all lines that are taken at once. */
    private static final int STEPS_AT_ONCE = 4_000_000;
    /** For each line beyond that. */
    private static final int FEW_STEPS = 1_000;

    private final Sought sought;
    private final Map<LogStream, Line> lines = new HashMap<>();
    private int left;

    /** A line of a stream, as far as it has come. */
    private static final class Line {
        private final byte[] bytes = new byte[LONGEST_LINE];
        private int length;
        /** What of the stream was looked at, in bytes from where it was opened. */
        private long seen;

        void add(byte[] from, int start, int end) {
            int count = Math.min(end - start, LONGEST_LINE - length);
            System.arraycopy(from, start, bytes, length, count);
            length += count;
        }

        String take() {
            int end = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
            length = 0;
            return new String(bytes, 0, end, StandardCharsets.UTF_8);
        }
    }

    /** @param fresh whether what is there already is of no interest: it comes from an earlier process */
    Lookout(Sought sought, List<LogStream> streams, boolean fresh) {
        this.sought = sought;
        for (LogStream stream : streams) {
            Line line = new Line();
            line.seen = fresh ? stream.taken() + stream.held() : start(stream);
            lines.put(stream, line);
        }
    }

    /** Where what waits in the spool begins. */
    static long start(LogStream stream) {
        return stream.taken() - stream.spool().map(Spool::pending).orElse(0);
    }

    boolean isOver() {
        return sought.isOver();
    }

    /**
     * Looks at what comes next, or comes again.
     *
     * @param start where that is in the stream, in bytes from where it was opened
     */
    void take(LogStream stream, long start, byte[] bytes, int count) {
        Line line = lines.get(stream);
        if (line == null || isOver()) {
            return;
        }
        left = STEPS_AT_ONCE;
        int from = (int) Math.min(count, Math.max(0, line.seen - start));
        for (int end = Text.lineEnd(bytes, from, count); end >= 0; end = Text.lineEnd(bytes, from, count)) {
            line.add(bytes, from, end);
            match(line.take());
            from = end + 1;
        }
        line.add(bytes, from, count);
        line.seen = Math.max(line.seen, start + count);
    }

    private void match(String text) {
        Steps steps = new Steps(text, Math.min(STEPS, Math.max(left, FEW_STEPS)));
        try {
            if (sought.pattern().matcher(steps).find()) {
                sought.found(text);
            }
        } catch (TooManyStepsException | StackOverflowError e) {
            // Then it isn't the line.
        }
        left -= steps.taken;
    }

    private static final class TooManyStepsException extends RuntimeException {
        TooManyStepsException() {
            super(null, null, false, false);
        }
    }

    /** A text of which only so many characters can be looked at. */
    private static final class Steps implements CharSequence {
        private final String text;
        private final int most;
        private int taken;

        Steps(String text, int most) {
            this.text = text;
            this.most = most;
        }

        @Override
        public char charAt(int index) {
            if (++taken > most) {
                throw new TooManyStepsException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
