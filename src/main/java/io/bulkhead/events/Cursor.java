package io.bulkhead.events;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place in the history. Where the history's end is reached, it can be asked again later. One that is so slow that its place
 * was overwritten goes on with the oldest event there is, whose number tells. Not thread-safe.
 */
public final class Cursor implements AutoCloseable {
    private final Path directory;
    private @Nullable FileChannel file;
    private long segment;
    private long position;
    private ByteBuffer buffer = ByteBuffer.allocate(1 << 14).limit(0);

    Cursor(Path directory) {
        this.directory = directory;
    }

    /** The next event, a line of JSON with its line feed; empty at the end. */
    public Optional<byte[]> next() throws IOException {
        while (true) {
            for (int i = buffer.position(); i < buffer.limit(); i++) {
                if (buffer.get(i) == '\n') {
                    byte[] line = Arrays.copyOfRange(buffer.array(), buffer.position(), i + 1);
                    buffer.position(i + 1);
                    return Optional.of(line);
                }
            }
            if (!fill() && !advance()) {
                return Optional.empty();
            }
        }
    }

    /** Whether there is more than before. */
    private boolean fill() throws IOException {
        if (file == null) {
            return false;
        }
        if (buffer.position() == 0 && buffer.limit() == buffer.capacity()) {
            buffer = ByteBuffer.allocate(2 * buffer.capacity()).put(buffer).flip();
        }
        buffer.compact();
        int count = file.read(buffer, position);
        buffer.flip();
        position += Math.max(0, count);
        return count > 0;
    }

    /** Whether there is another segment behind this one, which then has been read to its end. */
    private boolean advance() throws IOException {
        NavigableSet<Long> segments = Segment.list(directory);
        Long next = segments.higher(segment);
        // Once more: what was written between the last look and the next segment's birth.
        if (next == null || fill()) {
            return next != null;
        }
        try {
            FileChannel opened = Segment.read(directory, next);
            close();
            file = opened;
            segment = next;
            position = 0;
            buffer.limit(0);
            return true;
        } catch (NoSuchFileException e) {
            return true; // deleted meanwhile: there is a newer one
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
