package io.bulkhead.control;

import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.LogLineView;
import io.bulkhead.logs.Growth;
import io.bulkhead.logs.LogLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What several services wrote, line by line in the order of time, an object each. */
final class LinesFeed implements Feed {
    private static final int PIECE = 32 << 10;

    private final Growth growth;
    private final Instant since;
    private final List<Source> sources = new ArrayList<>();
    private Runnable wake = () -> {};
    private boolean follows;
    /** Lines to be left out, so that all together there are the last ones. */
    private long surplus;

    /** A stream of a service. */
    record Log(String service, String stream, Path file) {}

    /** What is read of one. */
    private record Source(Log log, LogLines lines) {}

    /** @param last how many of what is there already, all together; negative: all */
    LinesFeed(Growth growth, List<Log> logs, Instant since, int last) throws IOException {
        this.growth = growth;
        this.since = since;
        this.surplus = -Math.max(0, last);
        for (Log log : logs) {
            LogLines lines = last < 0 ? LogLines.since(log.file, since) : LogLines.last(log.file, last);
            surplus += lines.count();
            sources.add(new Source(log, lines));
        }
    }

    @Override
    public Optional<ByteBuffer> next() throws IOException {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        Set<Source> exhausted = new HashSet<>();
        while (piece.size() < PIECE) {
            Optional<Source> earliest = earliest(exhausted);
            if (earliest.isEmpty()) {
                break;
            }
            take(earliest.get(), earliest.get().lines.peek().orElseThrow(), piece);
            earliest.get().lines.skip();
        }
        if (piece.size() == 0 && !follows) {
            // There will be no end to these lines.
            for (Source source : sources) {
                Optional<LogLines.Line> rest = source.lines.rest();
                if (rest.isPresent()) {
                    take(source, rest.get(), piece);
                }
            }
        }
        return piece.size() == 0 ? Optional.empty() : Optional.of(ByteBuffer.wrap(piece.toByteArray()));
    }

    /** The one whose next line is the oldest, the first of them; looks once at those that have none. */
    private Optional<Source> earliest(Set<Source> exhausted) throws IOException {
        Optional<Source> earliest = Optional.empty();
        long millis = Long.MAX_VALUE;
        for (Source source : sources) {
            Optional<LogLines.Line> line = exhausted.contains(source) ? Optional.empty() : source.lines.peek();
            if (line.isEmpty()) {
                exhausted.add(source);
            } else if (line.get().millis() < millis) {
                millis = line.get().millis();
                earliest = Optional.of(source);
            }
        }
        return earliest;
    }

    private void take(Source source, LogLines.Line line, ByteArrayOutputStream piece) {
        if (surplus > 0) {
            surplus--;
            return;
        }
        Instant at = Instant.ofEpochMilli(line.millis());
        if (at.isBefore(since.minusMillis(io.bulkhead.logs.TimeIndex.INTERVAL_MILLIS))) {
            return;
        }
        piece.writeBytes(
                Json.write(new LogLineView(at.toString(), source.log.service, source.log.stream, line.text()).json()));
    }

    @Override
    public void listen(Runnable listener) throws IOException {
        wake = listener;
        follows = true;
        for (Source source : sources) {
            growth.listen(source.log.file, wake);
        }
    }

    @Override
    public void close() throws IOException {
        for (Source source : sources) {
            growth.unlisten(source.log.file, wake);
            source.lines.close();
        }
    }
}
