package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading what is written and rotated meanwhile. */
final class LogReadingTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path log;

    @BeforeEach
    void name() {
        log = directory.resolve("web.stdout.log");
    }

    private static String lines(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    private static List<String> read(LogLines lines) throws IOException {
        List<String> read = new ArrayList<>();
        for (Optional<LogLines.Line> line = lines.peek(); line.isPresent(); line = lines.peek()) {
            read.add(line.get().text());
            lines.skip();
        }
        return read;
    }

    private Path backup(int number) {
        return directory.resolve("web.stdout.log." + number);
    }

    private void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void compress(int number, String text) throws IOException {
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(directory.resolve(backup(number) + ".gz")))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A time index as the writer makes it: pairs of a time and an offset. */
    private void index(Path file, Path inodeOf, long... pairs) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + pairs.length * 8)
                .putLong(TimeIndex.magic())
                .putLong((Long) Files.getAttribute(inodeOf, "unix:ino"));
        for (long value : pairs) {
            bytes.putLong(value);
        }
        Files.write(directory.resolve(file.getFileName() + ".times"), bytes.array());
    }

    private void rotate() throws IOException {
        int last = 1;
        while (Files.exists(backup(last))) {
            last++;
        }
        for (int i = last; i > 1; i--) {
            Files.move(backup(i - 1), backup(i));
        }
        Files.move(log, backup(1));
    }

    @Test
    void nothingIsMissedOrDoubledWhileTheWriterRotates() throws Exception {
        int count = 30_000;
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 1; i <= count; i += 10) {
                    append(log, lines(i, i + 9));
                    if (Files.size(log) > 2_000) {
                        rotate();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        List<String> read = new ArrayList<>();

        try (LogLines lines = LogLines.all(log)) {
            while (!writing.isDone()) {
                read.addAll(read(lines));
            }
            read.addAll(read(lines));
        }

        writing.join();
        for (int i = 0; i < read.size(); i++) {
            // Not the whole lists: who would read that?
            assertEquals(Integer.toString(i + 1), read.get(i));
        }
        assertEquals(count, read.size());
        assertTrue(Files.exists(backup(50)), "rotated too seldom to tell anything");
    }

    @Test
    void theLastLinesAreFoundInOlderFilesAsWell() throws IOException {
        compress(3, lines(1, 10));
        append(backup(2), lines(11, 20));
        append(backup(1), lines(21, 30));
        append(log, lines(31, 40));

        for (int count : List.of(0, 1, 9, 10, 11, 20, 25, 30, 34, 40, 99)) {
            try (LogLines lines = LogLines.last(log, count)) {
                assertEquals(Math.min(40, count), lines.count());
                assertEquals(numbers(41 - Math.min(40, count), 40), read(lines));
                append(log, "more\n");
                assertEquals(List.of("more"), read(lines));
            }
            Files.writeString(log, lines(31, 40));
        }
    }

    @Test
    void aLineWithoutAnEndCounts() throws IOException {
        append(backup(1), "a\n");
        append(log, "b\nc");

        try (LogLines lines = LogLines.last(log, 2)) {
            assertEquals(2, lines.count());
            assertEquals(List.of("b"), read(lines));
            append(log, "d\ne");
            assertEquals(List.of("cd"), read(lines));
            assertEquals("e", lines.rest().orElseThrow().text());
        }
    }

    @Test
    void whatIsOlderIsLeftOut() throws IOException {
        append(backup(2), lines(1, 9));
        index(backup(2), backup(2), 10_000, 0);
        append(backup(1), lines(1, 9));
        index(backup(1), backup(1), 20_000, 0, 25_000, 5);
        append(log, lines(1, 3));
        index(log, log, 30_000, 0, 40_000, 4);

        try (LogLines later = LogLines.since(log, Instant.ofEpochMilli(35_000));
                LogLines between = LogLines.since(log, Instant.ofEpochMilli(24_000))) {
            assertEquals(new LogLines.Line(40_000, "3"), later.peek().orElseThrow());
            assertEquals(new LogLines.Line(25_000, "4"), between.peek().orElseThrow());
            assertEquals(List.of("4", "5", "6", "7", "8", "9", "1", "2", "3"), read(between));
        }
    }

    @Test
    void aCompressedFileIsFoundByTheInodeItHad() throws IOException {
        append(log, lines(1, 5));
        try (LogLines lines = LogLines.all(log)) {
            assertEquals(numbers(1, 5), read(lines));
            // What a rotation and a compression do, and another rotation.
            append(log, lines(6, 7));
            Files.move(log, backup(2));
            compress(2, lines(1, 7));
            index(backup(2), backup(2), 1, 0);
            Files.delete(backup(2));
            append(backup(1), lines(8, 9));
            append(log, lines(10, 11));

            assertEquals(numbers(6, 11), read(lines));
        }
    }

    @Test
    void theLastBytesAreFoundInOlderFilesAsWell() throws IOException {
        append(backup(2), "abc");
        append(backup(1), "def");
        append(log, "");
        for (String end : List.of("", "f", "def", "bcdef", "abcdef")) {
            try (LogCursor cursor = LogCursor.atEnd(log, end.length())) {
                ByteBuffer buffer = ByteBuffer.allocate(100);
                while (cursor.read(buffer) > 0) {}

                assertEquals(
                        end, StandardCharsets.US_ASCII.decode(buffer.flip()).toString());
            }
        }
    }

    @Test
    void aFileThatIsEmptiedBeginsAnew() throws IOException {
        append(log, lines(1, 5));
        try (LogCursor cursor = LogCursor.atEnd(log, 4)) {
            ByteBuffer buffer = ByteBuffer.allocate(100);
            assertEquals(4, cursor.read(buffer));
            assertEquals("4\n5\n", new String(buffer.array(), 0, 4, StandardCharsets.US_ASCII));
            Files.writeString(log, "");
            assertEquals(0, cursor.read(buffer.clear()));
            append(log, "a\n");
            assertEquals(2, cursor.read(buffer));
        }
    }

    @Test
    void aFileMovedAwayIsReadToItsEnd() throws IOException {
        append(log, "a\n");
        try (LogLines lines = LogLines.all(log)) {
            assertEquals(List.of("a"), read(lines));
            Files.move(log, directory.resolve("elsewhere"));
            assertEquals(List.of(), read(lines));
            append(directory.resolve("elsewhere"), "b\n");
            append(log, "c\n");
            assertEquals(List.of("b", "c"), read(lines));
        }
    }

    @Test
    void aFileThatIsNotThereYetIsWaitedFor() throws IOException {
        try (LogLines lines = LogLines.last(log, 10)) {
            assertEquals(List.of(), read(lines));
            append(log, "a\n");
            assertEquals(List.of("a"), read(lines));
        }
    }

    @Test
    void anEndlessLineComesInPieces() throws IOException {
        append(log, "x".repeat(100_000) + "\ny\n");
        try (LogLines lines = LogLines.all(log)) {
            assertEquals(List.of("x".repeat(65_536), "x".repeat(34_464), "y"), read(lines));
        }
    }
}
