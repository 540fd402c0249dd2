package io.bulkhead.spec;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;

/**
 * When a scheduled service is run.
 *
 * @param times at which
 * @param zone in which the times are told
 * @param missed what becomes of a time at which no daemon ran, or the host slept
 * @param overlap what becomes of a time at which the run before hasn't ended
 */
public record Schedule(CronExpression times, ZoneId zone, Missed missed, Overlap overlap) {
    /** What becomes of times that have passed unseen. */
    public enum Missed {
        /** Nothing: the next time is the next. */
        SKIP,
        /** One run for all of them, as soon as can be. */
        RUN
    }

    /** What becomes of a time at which the run before hasn't ended. */
    public enum Overlap {
        /** Nothing: it is left out. */
        SKIP,
        /** A run follows when the one before has ended; one for all such times. */
        QUEUE,
        /** The run before is stopped, and one begun. */
        REPLACE
    }

    /** The first time after {@code moment}. */
    public Optional<Instant> next(Instant moment) {
        return times.next(moment, zone);
    }

    /** The last time before {@code moment}, or at it. */
    public Optional<Instant> latest(Instant moment) {
        return times.latest(moment, zone);
    }

    /** What its times follow from, alike for two that have the same times. */
    public String text() {
        return times + " " + zone;
    }

    @Override
    public String toString() {
        return "\"" + times + "\" in " + zone + ", missed = " + lower(missed) + ", overlap = " + lower(overlap);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
