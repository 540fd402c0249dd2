package io.bulkhead.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.control.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path runDir;

    private static void add(History history, String text) {
        history.add(new Event(Instant.EPOCH, Event.Kind.STATE, "web", text, Map.of()));
    }

    /** What the cursor still has, as {@code number text}. */
    private static List<String> read(Cursor cursor) throws IOException {
        List<String> read = new ArrayList<>();
        for (Optional<byte[]> line = cursor.next(); line.isPresent(); line = cursor.next()) {
            var fields = Json.read(line.get());
            read.add(fields.longNumber("number") + " " + fields.text("text"));
        }
        return read;
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(runDir.resolve("events"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void aLineTellsAll() throws IOException {
        try (History history = new History(runDir);
                Cursor cursor = history.cursor()) {
            history.add(new Event(
                    Instant.parse("2026-11-24T03:12:09.5Z"),
                    Event.Kind.DRIFT,
                    "web",
                    "a \"text\"",
                    Map.of("key", "cpu.quota", "repaired", true)));
            history.flush();

            assertEquals(
                    "{\"number\":1,\"at\":\"2026-11-24T03:12:09.500Z\",\"kind\":\"drift\",\"service\":\"web\","
                            + "\"text\":\"a \\\"text\\\"\",\"details\":{\"key\":\"cpu.quota\",\"repaired\":true}}\n",
                    new String(cursor.next().orElseThrow(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aCursorGoesOnWhereItStopped() throws IOException {
        try (History history = new History(runDir);
                Cursor cursor = history.cursor()) {
            assertEquals(List.of(), read(cursor));
            add(history, "a");
            assertEquals(List.of(), read(cursor));
            history.flush();
            assertEquals(List.of("1 a"), read(cursor));
            add(history, "b");
            add(history, "c");
            history.flush();
            assertEquals(List.of("2 b", "3 c"), read(cursor));
            assertEquals(List.of(), read(cursor));
        }
    }

    @Test
    void theNextDaemonGoesOnCounting() throws IOException {
        History killed = new History(runDir);
        add(killed, "a");
        killed.flush();
        Files.writeString(segments().get(0), "{\"number\":2,\"at\":\"20", StandardOpenOption.APPEND);

        try (History history = new History(runDir);
                Cursor cursor = history.cursor()) {
            add(history, "b");
            history.flush();

            assertEquals(List.of("1 a", "2 b"), read(cursor));
        }
    }

    @Test
    void whatIsOldMakesRoom() throws IOException {
        String kilobyte = "x".repeat(1000);
        try (History history = new History(runDir);
                Cursor follower = history.cursor();
                Cursor sleeper = history.cursor()) {
            List<String> followed = new ArrayList<>();
            for (int i = 1; i <= 8_000; i++) {
                add(history, kilobyte);
                history.flush();
                if (i == 1) {
                    assertEquals(1, read(sleeper).size());
                }
                if (i % 700 == 0) {
                    followed.addAll(read(follower));
                }
            }
            followed.addAll(read(follower));

            assertEquals(
                    IntStream.rangeClosed(1, 8_000)
                            .mapToObj(i -> i + " " + kilobyte)
                            .toList(),
                    followed);
            assertEquals(4, segments().size());
            long bytes = 0;
            for (Path segment : segments()) {
                bytes += Files.size(segment);
            }
            assertTrue(bytes < 5 << 20, () -> "too large");
            List<String> late = read(sleeper);
            assertEquals("8000 " + kilobyte, late.get(late.size() - 1));
            assertTrue(late.size() > 2_000 && late.size() < 8_000, () -> late.size() + " left");
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedCostsTheEventsAlone() throws IOException {
        Files.writeString(runDir.resolve("events"), "a file");

        try (History history = new History(runDir)) {
            add(history, "a");
            history.flush();
        }
    }

    @Test
    void foreignBytesCostNoMoreThanThemselves() throws IOException {
        Files.createDirectories(runDir.resolve("events"));
        Files.write(runDir.resolve("events").resolve("7"), new byte[] {0, 1, '\n', -1, '\n', 3});
        Files.writeString(runDir.resolve("events").resolve("nonsense"), "");

        try (History history = new History(runDir);
                Cursor cursor = history.cursor()) {
            add(history, "a");
            history.flush();

            cursor.next();
            cursor.next();
            assertEquals(List.of("9 a"), read(cursor));
        }
    }

    @Test
    void listenersHearOfWhatIsWritten() throws IOException {
        try (History history = new History(runDir)) {
            List<String> heard = new ArrayList<>();
            Runnable listener = () -> heard.add("more");
            history.listen(listener);

            add(history, "a");
            assertEquals(List.of(), heard);
            history.flush();
            history.flush();
            history.unlisten(listener);
            add(history, "b");
            history.flush();

            assertEquals(List.of("more"), heard);
        }
    }
}
