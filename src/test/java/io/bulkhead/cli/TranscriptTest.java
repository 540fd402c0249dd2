package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.control.ControlBed;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code supervisorctl} prints and returns, word for word: {@code transcript.txt} has each command behind {@code $},
 * then standard output, then standard error behind {@code !}, then {@code = } and the exit code where it isn't 0.
 */
final class TranscriptTest {
    private static final TimeZone ZONE = TimeZone.getDefault();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @BeforeAll
    static void inGreenwich() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    @AfterAll
    static void atHome() {
        TimeZone.setDefault(ZONE);
    }

    @Test
    void everyCommandSaysWhatItAlwaysSaid() throws Exception {
        String golden;
        try (InputStream file = Objects.requireNonNull(TranscriptTest.class.getResourceAsStream("transcript.txt"))) {
            golden = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        StringBuilder played = new StringBuilder();

        try (ControlBed bed = new ControlBed(directory)) {
            Files.writeString(bed.log, "first line\nsecond line\n");
            Files.setLastModifiedTime(bed.log, FileTime.from(Instant.parse("2026-11-24T03:12:09.5Z")));
            for (String line : golden.lines().toList()) {
                if (line.startsWith("#")) {
                    bed.operations.breakConfiguration(line.contains("with errors"));
                    bed.operations.changeConfiguration(!line.contains("nothing has changed"));
                    played.append(played.isEmpty() ? "" : "\n").append(line).append('\n');
                } else if (line.startsWith("$ supervisorctl")) {
                    played.append(line).append('\n').append(play(bed, line.substring("$ supervisorctl".length())));
                }
            }
        }

        assertEquals(golden, played.toString());
    }

    private String play(ControlBed bed, String words) {
        String[] arguments = Stream.concat(
                        Stream.of("-s", "unix://" + bed.socket),
                        Arrays.stream(words.strip().split(" ", -1)).filter(word -> !word.isEmpty()))
                .toArray(String[]::new);
        Ctl.Result result = Ctl.run(arguments);
        StringBuilder text = new StringBuilder(result.out()
                .replaceAll("uptime .*", "uptime UPTIME")
                .replaceAll("\\{\"at\":\"[^\"]*\",\"services\"", "{\"at\":\"NOW\",\"services\""));
        result.err().lines().forEach(line -> text.append("! ").append(line).append('\n'));
        if (result.code() != 0) {
            text.append("= ").append(result.code()).append('\n');
        }
        return text.toString();
    }
}
