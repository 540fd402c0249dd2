package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFilesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void listsOldestFirstAndNothingElse() throws IOException {
        for (String name : List.of(
                "web.stdout.log",
                "web.stdout.log.1",
                "web.stdout.log.2.gz",
                "web.stdout.log.10.zst",
                "web.stdout.log.2.times",
                "web.stdout.log.times",
                "web.stdout.log.",
                "web.stdout.log.01",
                "web.stdout.log.x",
                "web.stdout.log.99999999999",
                "web.stdout.log.3.gz.tmp",
                "web2.stdout.log")) {
            Files.createFile(directory.resolve(name));
        }

        List<LogFiles.Part> parts = LogFiles.oldestFirst(directory.resolve("web.stdout.log"));

        assertEquals(
                List.of("web.stdout.log.10.zst", "web.stdout.log.2.gz", "web.stdout.log.1", "web.stdout.log"),
                parts.stream().map(part -> part.path().getFileName().toString()).toList());
        assertEquals(directory.resolve("web.stdout.log.2.times"), parts.get(1).times());
        assertEquals(directory.resolve("web.stdout.log.times"), parts.get(3).times());
    }

    @Test
    void ofTwoOfANumberTheOneThatIsThereLongerCounts() throws IOException {
        Files.createFile(directory.resolve("a.log.1"));
        Files.createFile(directory.resolve("a.log.1.gz"));

        assertEquals(
                List.of(new LogFiles.Part(directory.resolve("a.log.1"), 1)),
                LogFiles.oldestFirst(directory.resolve("a.log")));
        assertEquals(List.of(), LogFiles.oldestFirst(Path.of("/nonexistent/a.log")));
    }

    @Test
    void opensWhatIsCompressed() throws IOException {
        byte[] text = "line\n".repeat(50_000).getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("a.log.1.gz")))) {
            out.write(text);
        }
        try (OutputStream out = new io.airlift.compress.zstd.ZstdOutputStream(
                Files.newOutputStream(directory.resolve("a.log.2.zst")))) {
            out.write(text);
        }
        Files.write(directory.resolve("a.log"), text);

        for (LogFiles.Part part : LogFiles.oldestFirst(directory.resolve("a.log"))) {
            try (var in = part.open()) {
                assertEquals(text.length, in.readAllBytes().length, part.toString());
            }
        }
    }
}
