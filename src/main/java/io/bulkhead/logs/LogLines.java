package io.bulkhead.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a stream wrote, line by line, with its times. Asked again after its end, it goes on. Not thread-safe. */
public final class LogLines implements AutoCloseable {
    /** A line longer than this comes in pieces. */
    private static final int MAX = 64 << 10;

    private final LogCursor cursor;
    private final ByteBuffer buffer = ByteBuffer.allocate(MAX).limit(0);
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private long begunAt;
    private long lastAt;
    /** Whether all that was there at first has been read: what comes now is new. */
    private boolean live;
    /** Whether the place is somewhere in a line that is to be left out. */
    private boolean inside;

    private @Nullable Line peeked;

    private final long count;

    private LogLines(LogCursor cursor, boolean inside, long count) {
        this.cursor = cursor;
        this.count = count;
        this.inside = inside;
    }

    /**
     * A line.
     *
     * @param millis when it was written, milliseconds of the epoch, to {@value TimeIndex#INTERVAL_MILLIS} ms or so
     * @param text without its line feed; what isn't UTF-8 is replaced
     */
    public record Line(long millis, String text) {}

    /** All that is still there. */
    public static LogLines all(Path current) throws IOException {
        return since(current, Instant.EPOCH);
    }

    /** What was written at {@code time} and later. */
    public static LogLines since(Path current, Instant time) throws IOException {
        long millis = time.toEpochMilli();
        LogCursor cursor = new LogCursor(current);
        Optional<OpenLog> file = cursor.file();
        while (file.isPresent() && !file.get().beganBefore(millis)) {
            Optional<LogCursor> previous = cursor.previous();
            if (previous.isEmpty() || previous.get().file().orElseThrow().isOlderThan(millis)) {
                break;
            }
            cursor.close();
            cursor = previous.get();
            file = cursor.file();
        }
        long offset = file.isPresent() ? file.get().offsetSince(time) : 0;
        if (offset == 0) {
            return new LogLines(cursor, false, 0);
        }
        // One byte earlier: if that is a line's end, what follows is whole.
        file.get().skipTo(offset - 1);
        return new LogLines(cursor, true, 0);
    }

    /** The last lines: as many as {@code count}, fewer where there aren't more. */
    public static LogLines last(Path current, int count) throws IOException {
        LogCursor cursor = new LogCursor(current);
        long left = count;
        while (cursor.file().isPresent()) {
            OpenLog file = cursor.file().get();
            left -= LogEnd.find(file, left);
            if (left == 0) {
                break;
            }
            Optional<LogCursor> previous = cursor.previous();
            if (previous.isEmpty()) {
                break;
            }
            cursor.close();
            cursor = previous.get();
        }
        return new LogLines(cursor, false, count - left);
    }

    /** Of the last lines: how many there are. */
    public long count() {
        return count;
    }

    /** The next line, without going on; empty where there is none now. */
    public Optional<Line> peek() throws IOException {
        if (peeked == null) {
            peeked = read();
        }
        return Optional.ofNullable(peeked);
    }

    public void skip() {
        peeked = null;
    }

    /** A last line that has no end yet. */
    public Optional<Line> rest() {
        if (begun.size() == 0) {
            return Optional.empty();
        }
        return Optional.of(end());
    }

    private @Nullable Line read() throws IOException {
        while (true) {
            while (buffer.hasRemaining()) {
                if (begun.size() == 0) {
                    begunAt = now();
                }
                byte next = buffer.get();
                if (inside) {
                    inside = next != '\n';
                } else if (next == '\n') {
                    return end();
                } else {
                    begun.write(next);
                    if (begun.size() == MAX) {
                        return end();
                    }
                }
            }
            buffer.clear();
            int count = cursor.read(buffer);
            buffer.flip();
            if (count == 0) {
                live = true;
                return null;
            }
        }
    }

    /** When the byte was written that comes next. */
    private long now() throws IOException {
        if (live) {
            return System.currentTimeMillis();
        }
        OpenLog file = cursor.file().orElseThrow();
        return file.millisAt(file.offset() - buffer.remaining());
    }

    /** Times that go back, because a clock was set, would put lines in disorder. */
    private Line end() {
        lastAt = Math.max(lastAt, begunAt);
        Line line = new Line(lastAt, begun.toString(StandardCharsets.UTF_8));
        begun.reset();
        return line;
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
