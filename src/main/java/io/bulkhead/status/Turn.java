package io.bulkhead.status;

import java.time.Instant;
import java.util.Optional;

/**
 * Where a scheduled service stands in its timetable.
 *
 * @param schedule the one that it stands in, as {@code Schedule.text} has it
 * @param until the times up to this moment have been seen to
 * @param open whether a time has come and the run for it hasn't begun
 * @param next when the next time comes; empty where that isn't known yet
 */
public record Turn(String schedule, Instant until, boolean open, Optional<Instant> next) {
    /** A run is to begin, whatever the time. */
    public static Turn now(String schedule, Instant now) {
        return new Turn(schedule, now, true, Optional.empty());
    }

    /** A run has begun. */
    public Turn taken() {
        return open ? new Turn(schedule, until, false, next) : this;
    }

    /** Whether the two are alike for a later daemon, which finds out by itself when the next time comes. */
    public static boolean isSame(Optional<Turn> one, Optional<Turn> other) {
        return one.map(Turn::bare).equals(other.map(Turn::bare));
    }

    private Turn bare() {
        return new Turn(schedule, until, open, Optional.empty());
    }
}
