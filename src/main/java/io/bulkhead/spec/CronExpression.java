package io.bulkhead.spec;

import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Points in time as crontab(5) writes them: minute, hour, day of the month, month and day of the week, or {@code @hourly},
 * {@code @daily}, {@code @midnight}, {@code @weekly}, {@code @monthly}, {@code @yearly}, {@code @annually}. Where both days are
 * restricted, either will do. A time that a change of clocks leaves out isn't one; of one that it brings twice, the first is, unless
 * every hour is named.
 */
public final class CronExpression {
    private static final CronDefinition CRONTAB = CronDefinitionBuilder.defineCron()
            .withMinutes()
            .withStrictRange()
            .and()
            .withHours()
            .withStrictRange()
            .and()
            .withDayOfMonth()
            .withStrictRange()
            .and()
            .withMonth()
            .withStrictRange()
            .and()
            .withDayOfWeek()
            .withValidRange(0, 7)
            .withMondayDoWValue(1)
            .withIntMapping(7, 0)
            .withStrictRange()
            .and()
            .withSupportedNicknameHourly()
            .withSupportedNicknameDaily()
            .withSupportedNicknameMidnight()
            .withSupportedNicknameWeekly()
            .withSupportedNicknameMonthly()
            .withSupportedNicknameYearly()
            .withSupportedNicknameAnnually()
            .instance();

    private final String text;
    private final ExecutionTime times;

    private CronExpression(String text, ExecutionTime times) {
        this.text = text;
        this.times = times;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException where it isn't one, or names no time that will ever be; its message says which part
     */
    public static CronExpression parse(String text) {
        CronExpression parsed = new CronExpression(
                text, ExecutionTime.forCron(new CronParser(CRONTAB).parse(text).validate()));
        if (parsed.next(Instant.EPOCH, ZoneId.of("UTC")).isEmpty()) {
            throw new IllegalArgumentException("there is no such day");
        }
        return parsed;
    }

    /** The first time after {@code moment}. */
    public Optional<Instant> next(Instant moment, ZoneId zone) {
        return times.nextExecution(moment.atZone(zone)).map(java.time.ZonedDateTime::toInstant);
    }

    /** The last time before {@code moment}, or at it. */
    public Optional<Instant> latest(Instant moment, ZoneId zone) {
        return times.lastExecution(moment.plusNanos(1).atZone(zone)).map(java.time.ZonedDateTime::toInstant);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CronExpression that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
