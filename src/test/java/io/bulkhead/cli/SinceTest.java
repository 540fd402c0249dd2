package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SinceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T15:04:05Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10m                        | 2026-11-24T14:54:05Z",
                "2h                         | 2026-11-24T13:04:05Z",
                "1d                         | 2026-11-23T15:04:05Z",
                "1h30m                      | 2026-11-24T13:34:05Z",
                "90s                        | 2026-11-24T15:02:35Z",
                "03:12                      | 2026-11-24T02:12:00Z",
                "03:12:09                   | 2026-11-24T02:12:09Z",
                "2026-11-24                 | 2026-11-23T23:00:00Z",
                "2026-11-24 03:12           | 2026-11-24T02:12:00Z",
                "2026-11-24T03:12:09        | 2026-11-24T02:12:09Z",
                "2026-07-24 03:12           | 2026-07-24T01:12:00Z",
                "2026-11-24T03:12:09.5Z     | 2026-11-24T03:12:09.5Z",
                "2026-11-24T03:12:09+05:30  | 2026-11-23T21:42:09Z"
            })
    void isWhatPeopleWrite(String text, Instant expected) {
        assertEquals(expected, Since.parse(text, NOW, ZONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tomorrow", "10", "m", "10x", "25:00", "2026-13-01", "2026-11-24 3:12"})
    void isNothingElse(String text) {
        assertThrows(DateTimeException.class, () -> Since.parse(text, NOW, ZONE));
    }
}
