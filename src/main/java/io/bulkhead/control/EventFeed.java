package io.bulkhead.control;

import io.bulkhead.control.wire.Fields;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.events.Cursor;
import io.bulkhead.events.History;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The events that are asked for, a line of JSON each. */
final class EventFeed implements Feed {
    private static final int PIECE = 32 << 10;

    private final History history;
    private final Instant since;
    private final EventNames names;
    private final Cursor cursor;
    private Runnable wake = () -> {};

    /**
     * @param last how many of what is there already; negative: all
     */
    EventFeed(History history, Instant since, EventNames names, int last) throws IOException {
        this.history = history;
        this.since = since;
        this.names = names;
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
                all += asked(line.get()).isPresent() ? 1 : 0;
            }
        }
        for (int i = last; i < all; i++) {
            nextAskedFor();
        }
    }

    private Optional<byte[]> nextAskedFor() throws IOException {
        for (Optional<byte[]> line = cursor.next(); line.isPresent(); line = cursor.next()) {
            Optional<byte[]> asked = asked(line.get());
            if (asked.isPresent()) {
                return asked;
            }
        }
        return Optional.empty();
    }

    /** The line as it is to be read, if it is asked for. */
    private Optional<byte[]> asked(byte[] line) {
        try {
            Fields event = Json.read(line);
            String service = event.optionalText("service").orElse("");
            boolean old = !since.equals(Instant.EPOCH)
                    && Instant.parse(event.text("at")).isBefore(since);
            if (old || !names.areAskedFor(service)) {
                return Optional.empty();
            }
            String shown = names.shown(service);
            return Optional.of(shown.equals(service) ? line : named(event, shown));
        } catch (WireException | DateTimeException e) {
            return Optional.empty(); // no event: somebody else has written into the file
        }
    }

    private static byte[] named(Fields event, String shown) {
        Map<String, Object> object = event.asMap();
        object.put("service", shown);
        return Json.write(object);
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
