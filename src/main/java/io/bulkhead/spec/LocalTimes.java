package io.bulkhead.spec;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/** Times as people are shown them. Without a formatter, whose classes would cost every command some milliseconds. */
public final class LocalTimes {
    private LocalTimes() {}

    /** {@code 2026-11-24 03:12:09.123}, in the time zone of this process. */
    public static String text(Instant instant) {
        ZonedDateTime time = instant.atZone(ZoneId.systemDefault());
        return time.toLocalDate() + " " + two(time.getHour()) + ":" + two(time.getMinute()) + ":"
                + two(time.getSecond()) + "."
                + Integer.toString(1_000 + time.getNano() / 1_000_000).substring(1);
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }
}
