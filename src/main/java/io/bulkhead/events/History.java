package io.bulkhead.events;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events, kept in a few {@link Segment}s under {@code run-dir/events}, of which the oldest makes room for the newest.
 *
 * <p>Events are added and flushed by the loop's thread alone; {@link #cursor} and the listeners are for any. What can't be
 * written is lost, counted, and no reason for anything else to fail.
 */
public final class History implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(History.class);
    private static final long SEGMENT_BYTES = 1 << 20;
    private static final int SEGMENTS = 4;

    private final Path directory;
    private final List<Event> pending = new ArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private @org.jspecify.annotations.Nullable Segment newest;
    private int lost;

    /** Goes on with what an earlier daemon left; where it can't, it says so and forgets what happens. */
    public History(Path runDir) {
        this.directory = runDir.resolve("events");
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            NavigableSet<Long> segments = Segment.list(directory);
            newest = Segment.open(directory, segments.isEmpty() ? 1 : segments.last());
        } catch (IOException e) {
            log.warn("events are not kept: {}", e.toString());
        }
    }

    /** Takes an event in; {@link #flush} makes it known. */
    public void add(Event event) {
        pending.add(event);
    }

    public void add(Event.Kind kind, String service, String text, Map<String, Object> details) {
        add(new Event(Instant.now(), kind, service, text, details));
    }

    /** Writes what was added and tells the listeners. */
    public void flush() {
        if (pending.isEmpty()) {
            return;
        }
        if (newest != null) {
            try {
                write(newest);
            } catch (IOException e) {
                if (lost == 0) {
                    log.warn("events are lost: {}", e.toString());
                }
                lost += pending.size();
            }
        }
        pending.clear();
        listeners.forEach(Runnable::run);
    }

    private void write(Segment current) throws IOException {
        Segment segment = current;
        if (segment.length() > SEGMENT_BYTES) {
            segment = Segment.open(directory, segment.next());
            current.close();
            newest = segment;
            NavigableSet<Long> segments = Segment.list(directory);
            while (segments.size() > SEGMENTS) {
                Files.delete(directory.resolve(Long.toString(segments.pollFirst())));
            }
        }
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        long number = segment.next();
        if (lost > 0) {
            lines.writeBytes(losses().line(number++));
        }
        for (Event event : pending) {
            lines.writeBytes(event.line(number++));
        }
        segment.append(lines.toByteArray(), (int) (number - segment.next()));
        lost = 0;
    }

    private Event losses() {
        String text = lost + " events were lost: they could not be written";
        return new Event(Instant.now(), Event.Kind.DAEMON, "", text, Map.of("lost", lost));
    }

    /** Has {@code listener} run, by the loop's thread, whenever there is more to read, until {@link #unlisten}. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    public void unlisten(Runnable listener) {
        listeners.remove(listener);
    }

    /** Reads from the oldest event on. To be closed. */
    public Cursor cursor() {
        return new Cursor(directory);
    }

    @Override
    public void close() throws IOException {
        flush();
        if (newest != null) {
            newest.close();
        }
    }
}
