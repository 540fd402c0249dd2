package io.bulkhead.control;

import io.bulkhead.logs.Growth;
import io.bulkhead.logs.LogCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** The end of a log file as it is, and what is written after it. */
final class TailFeed implements Feed {
    private static final int PIECE = 32 << 10;

    private final Growth growth;
    private final Path file;
    private final LogCursor cursor;
    /** How much is to be sent; what follows has no bound. */
    private long left;

    private Runnable wake = () -> {};

    TailFeed(Growth growth, Path file, long bytes) throws IOException {
        this.growth = growth;
        this.file = file;
        this.cursor = LogCursor.atEnd(file, bytes);
        this.left = bytes;
    }

    @Override
    public Optional<ByteBuffer> next() throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, left));
        if (!piece.hasRemaining() || cursor.read(piece) == 0) {
            return Optional.empty();
        }
        left -= left == Long.MAX_VALUE ? 0 : piece.position();
        return Optional.of(piece.flip());
    }

    @Override
    public void listen(Runnable listener) throws IOException {
        wake = listener;
        left = Long.MAX_VALUE;
        growth.listen(file, wake);
    }

    @Override
    public void close() throws IOException {
        growth.unlisten(file, wake);
        cursor.close();
    }
}
