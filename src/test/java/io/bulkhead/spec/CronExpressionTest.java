package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronExpressionTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> next(String text, String from, int count) {
        CronExpression times = CronExpression.parse(text);
        List<String> found = new ArrayList<>();
        Instant at = ZonedDateTime.parse(from).toInstant();
        for (int i = 0; i < count; i++) {
            at = times.next(at, BERLIN).orElseThrow();
            found.add(at.atZone(BERLIN).toOffsetDateTime().toString());
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */5 * * * *       | 2026-03-02T12:05+01:00
            @hourly           | 2026-03-02T13:00+01:00
            @daily            | 2026-03-03T00:00+01:00
            0 9 * * mon-fri   | 2026-03-03T09:00+01:00
            0 9 * JAN *       | 2027-01-01T09:00+01:00
            15,45 1-5/2 * * 7 | 2026-03-08T01:15+01:00
            0 0 13 * 5        | 2026-03-06T00:00+01:00
            0 0 29 2 *        | 2028-02-29T00:00+01:00
            """)
    void isAsCrontabHasIt(String text, String time) {
        assertEquals(List.of(time), next(text, "2026-03-02T12:00:00+01:00", 1));
    }

    @Test
    void aTimeThatTheClocksLeaveOutIsLeftOut() {
        assertEquals(
                List.of("2026-03-28T02:30+01:00", "2026-03-30T02:30+02:00"),
                next("30 2 * * *", "2026-03-28T00:00:00+01:00", 2));
    }

    @Test
    void aTimeThatComesTwiceIsOne() {
        assertEquals(
                List.of("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
                next("30 2 * * *", "2026-10-25T00:00:00+02:00", 2));
    }

    @Test
    void halfHoursAreHalfAnHourApartWhateverTheClocksDo() {
        assertEquals(
                List.of(
                        "2026-10-25T02:30+02:00",
                        "2026-10-25T02:00+01:00",
                        "2026-10-25T02:30+01:00",
                        "2026-10-25T03:00+01:00"),
                next("*/30 * * * *", "2026-10-25T02:00:00+02:00", 4));
    }

    @Test
    void theLatestTimeMayBeNow() {
        Instant noon = Instant.parse("2026-03-02T12:00:00Z");
        CronExpression hourly = CronExpression.parse("@hourly");

        assertEquals(noon, hourly.latest(noon, BERLIN).orElseThrow());
        assertEquals(noon, hourly.latest(noon.plusSeconds(3_599), BERLIN).orElseThrow());
        assertEquals(
                noon.minusSeconds(3_600),
                hourly.latest(noon.minusNanos(1), BERLIN).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * *",
                "60 * * * *",
                "a b c d e",
                "*/0 * * * *",
                "0 0 * * 5-1",
                "0 0 31 2 *",
                "@reboot",
                "0 0 ? * 1"
            })
    void refusesWhatIsNone(String text) {
        assertThrows(IllegalArgumentException.class, () -> CronExpression.parse(text));
    }
}
