package io.bulkhead.logs;

import io.bulkhead.logs.LogFiles.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place in what a stream wrote, that goes on from file to file as they are rotated, without missing or repeating a byte, as
 * long as it isn't so slow that a file is deleted before it gets there; then it goes on with the one that is written.
 *
 * <p>A rotation renames from the oldest to the newest. So a file is never missed by who looks for it from the newest to the
 * oldest; and while the file of number k still is the one that was read, k - 1 is what was written after it, and k + 1 what
 * was written before. Not thread-safe.
 */
public final class LogCursor implements AutoCloseable {
    /** A rotation takes a few renames, and one may follow another. */
    private static final int TRIES = 1_000;
    /** Numbers without a file: one while a rotation is under way, more where somebody deleted some. */
    private static final int GAPS = 8;

    private final Path current;
    private @Nullable OpenLog open;
    /** Whether there was no file at all at first, so that all that come are new. */
    private boolean unborn;

    /** Before the first byte of the file that is written, or will be. */
    public LogCursor(Path current) {
        this.current = current;
    }

    /** Before the last {@code bytes}, or as many as there are in files that aren't compressed. */
    public static LogCursor atEnd(Path current, long bytes) throws IOException {
        LogCursor cursor = new LogCursor(current);
        long left = bytes;
        while (cursor.file().isPresent()) {
            OpenLog file = cursor.file().get();
            if (file.length() >= left) {
                file.skipTo(file.length() - left);
                return cursor;
            }
            left -= file.length();
            Optional<LogCursor> older = cursor.previous();
            if (older.isEmpty()) {
                return cursor;
            }
            if (older.get().file().orElseThrow().isCompressed()) {
                older.get().close();
                return cursor;
            }
            cursor.close();
            cursor = older.get();
        }
        return cursor;
    }

    /** The file that is open; the one that is written, where none is yet. */
    Optional<OpenLog> file() throws IOException {
        if (open == null) {
            advance();
        }
        return Optional.ofNullable(open);
    }

    /** Reads at least one byte into what remains of {@code buffer}, or none where there is none now. */
    public int read(ByteBuffer buffer) throws IOException {
        do {
            int count = open == null ? 0 : open.read(buffer);
            if (count > 0) {
                return count;
            }
        } while (advance());
        return 0;
    }

    /** Whether there is more: a next file, or a rest of this one that was written before it was put aside. */
    private boolean advance() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            try {
                if (open == null) {
                    if (begin()) {
                        return true;
                    }
                    if (unborn) {
                        return false;
                    }
                    Thread.onSpinWait();
                    continue;
                }
                Optional<Part> mine = find(open);
                if (mine.isPresent() && mine.get().number() == 0) {
                    return false;
                }
                if (open.hasMore()) {
                    return true;
                }
                if (mine.isEmpty()) {
                    return take(part(0));
                }
                Optional<Part> next = part(mine.get().number() - 1);
                if (next.isPresent() && takeIfStill(mine.get(), open, next.get())) {
                    return true;
                }
            } catch (NoSuchFileException e) {
                // Renamed between two looks.
            }
            Thread.onSpinWait();
        }
        // A rotation that was begun and not ended; whoever ends it says so.
        return false;
    }

    /** Opens the file that is written; where it came after this cursor, and was put aside meanwhile, the first that came. */
    private boolean begin() throws IOException {
        Optional<Part> written = part(0);
        unborn |= written.isEmpty() && isOldest(0);
        if (!take(written)) {
            return false;
        }
        for (Optional<LogCursor> older = unborn ? previous() : Optional.empty();
                older.isPresent();
                older = previous()) {
            close();
            open = older.get().open;
        }
        return true;
    }

    private boolean take(Optional<Part> part) throws IOException {
        if (part.isEmpty()) {
            return false;
        }
        OpenLog next = new OpenLog(part.get());
        close();
        open = next;
        return true;
    }

    /** Goes to {@code other}, found beside {@code part}, if that has kept its place and so the two are neighbours. */
    private boolean takeIfStill(Part part, OpenLog read, Part other) throws IOException {
        OpenLog next = new OpenLog(other);
        try {
            if (read.is(part)) {
                close();
                open = next;
                return true;
            }
        } catch (IOException e) {
            next.close();
            throw e;
        }
        next.close();
        return false;
    }

    /** The beginning of the file before the one that is open; this one is left where it is. Empty where there is none. */
    Optional<LogCursor> previous() throws IOException {
        LogCursor before = new LogCursor(current);
        for (int i = 0; open != null && i < TRIES; i++) {
            try {
                Optional<Part> mine = find(open);
                Optional<Part> older = mine.isEmpty() ? mine : part(mine.get().number() + 1);
                if (older.isEmpty() && (mine.isEmpty() || isOldest(mine.get().number()))) {
                    return Optional.empty();
                }
                if (older.isPresent() && before.takeIfStill(mine.get(), open, older.get())) {
                    return Optional.of(before);
                }
            } catch (NoSuchFileException e) {
                // Renamed between two looks.
            }
            Thread.onSpinWait();
        }
        return Optional.empty();
    }

    /** A directory's listing might leave out what is renamed meanwhile. */
    private boolean isOldest(int number) {
        for (int i = 1; i <= GAPS; i++) {
            if (part(number + i).isPresent()) {
                return false;
            }
        }
        return true;
    }

    /** Where the open file is now; empty where it has been deleted, or moved away by somebody else. */
    private Optional<Part> find(OpenLog file) throws IOException {
        int gaps = 0;
        for (int number = 0; gaps < GAPS; number++) {
            Optional<Part> part = part(number);
            if (part.isEmpty()) {
                gaps++;
            } else if (file.is(part.get())) {
                return part;
            }
        }
        return Optional.empty();
    }

    private Optional<Part> part(int number) {
        String name = current.getFileName() + (number == 0 ? "" : "." + number);
        for (String suffix : number == 0 ? new String[] {""} : new String[] {"", LogFiles.GZIP, LogFiles.ZSTD}) {
            Path path = current.resolveSibling(name + suffix);
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(new Part(path, number));
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        if (open != null) {
            open.close();
        }
    }
}
