package io.bulkhead.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time as people write them. */
final class Since {
    static final String ALLOWED = "10m, 1h30m, 2d, 03:12, 2026-11-24, \"2026-11-24 03:12\" or 2026-11-24T03:12:00Z";

    private static final Pattern AGO =
            Pattern.compile("(?:(\\d{1,6})d)?(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?");

    private Since() {}

    /** @throws DateTimeException where it is none of {@link #ALLOWED} */
    static Instant parse(String text, Instant now, ZoneId zone) {
        Matcher ago = AGO.matcher(text);
        if (!text.isEmpty() && ago.matches()) {
            return now.minus(Duration.ofDays(number(ago, 1))
                    .plusHours(number(ago, 2))
                    .plusMinutes(number(ago, 3))
                    .plusSeconds(number(ago, 4)));
        }
        if (text.matches("\\d\\d:\\d\\d(:\\d\\d)?")) {
            return LocalDate.ofInstant(now, zone)
                    .atTime(LocalTime.parse(text))
                    .atZone(zone)
                    .toInstant();
        }
        if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
            return LocalDate.parse(text).atStartOfDay(zone).toInstant();
        }
        String iso = text.replace(' ', 'T');
        return iso.matches(".*(Z|[+-]\\d\\d:\\d\\d)")
                ? OffsetDateTime.parse(iso).toInstant()
                : LocalDateTime.parse(iso).atZone(zone).toInstant();
    }

    private static long number(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
    }
}
