package io.bulkhead.control;

import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.events.Cursor;
import io.bulkhead.events.History;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The events that are asked for, a line of JSON each. */
final class EventFeed implements Feed {
    private static final int PIECE = 32 << 10;

    private final History history;
    private final Instant since;
    private final List<String> services;
    private final Cursor cursor;
    private Runnable wake = () -> {};

    /**
     * @param services their names; empty: all, and the daemon
     * @param last how many of what is there already; negative: all
     */
    EventFeed(History history, Instant since, List<String> services, int last) throws IOException {
        this.history = history;
        this.since = since;
        this.services = List.copyOf(services);
        this.cursor = history.cursor();
        if (last >= 0) {
            skip(last);
        }
    }

    /** Leaves all that is there, but the last, behind. */
    private void skip(int last) throws IOException {
        int all = 0;
        try (Cursor counter = history.cursor()) {
            for (Optional<byte[]> line = counter.next(); line.isPresent(); line = counter.next()) {
                all += isAskedFor(line.get()) ? 1 : 0;
            }
        }
        for (int i = last; i < all; i++) {
            nextAskedFor();
        }
    }

    private Optional<byte[]> nextAskedFor() throws IOException {
        Optional<byte[]> line = cursor.next();
        while (line.isPresent() && !isAskedFor(line.get())) {
            line = cursor.next();
        }
        return line;
    }

    private boolean isAskedFor(byte[] line) {
        try {
            var event = Json.read(line);
            return (services.isEmpty()
                            || services.contains(event.optionalText("service").orElse("")))
                    && (since.equals(Instant.EPOCH)
                            || !Instant.parse(event.text("at")).isBefore(since));
        } catch (WireException | DateTimeException e) {
            return false; // no event: somebody else has written into the file
        }
    }

    @Override
    public Optional<ByteBuffer> next() throws IOException {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        while (piece.size() < PIECE) {
            Optional<byte[]> line = nextAskedFor();
            if (line.isEmpty()) {
                break;
            }
            piece.writeBytes(line.get());
        }
        return piece.size() == 0 ? Optional.empty() : Optional.of(ByteBuffer.wrap(piece.toByteArray()));
    }

    @Override
    public void listen(Runnable listener) {
        wake = listener;
        history.listen(wake);
    }

    @Override
    public void close() throws IOException {
        history.unlisten(wake);
        cursor.close();
    }
}
