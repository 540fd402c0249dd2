package io.bulkhead.plan;

import io.bulkhead.spec.LocalTimes;
import io.bulkhead.spec.Schedule;
import io.bulkhead.status.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the clock means for a scheduled service.
 *
 * @param turn where it stands now
 * @param skipped a time that has come and is left out, and why; empty: none
 */
record Timetable(Turn turn, String skipped) {
    /** Who looks later than this after a time has missed it. */
    static final Duration LATE = Duration.ofMinutes(1);

    /**
     * @param before where it stood; of another schedule counts as nowhere, and nowhere as having begun now
     * @param busy since when a run is under way
     */
    static Timetable at(Instant now, Schedule schedule, Optional<Turn> before, Optional<Instant> busy) {
        Turn known = before.filter(turn -> turn.schedule().equals(schedule.text()))
                .filter(turn -> !turn.until().isAfter(now))
                .orElse(new Turn(schedule.text(), now, false, Optional.empty()));
        Optional<Instant> next = known.next().or(() -> schedule.next(known.until()));
        if (next.isEmpty() || now.isBefore(next.get())) {
            return new Timetable(new Turn(known.schedule(), known.until(), known.open(), next), "");
        }
        Instant come = schedule.latest(now).orElse(next.get());
        String skipped = skipped(schedule, come, now, busy);
        Turn turn = new Turn(known.schedule(), come, known.open() || skipped.isEmpty(), schedule.next(come));
        return new Timetable(turn, skipped);
    }

    private static String skipped(Schedule schedule, Instant come, Instant now, Optional<Instant> busy) {
        String time = LocalTimes.text(come);
        if (busy.isPresent()) {
            return schedule.overlap() == Schedule.Overlap.SKIP
                    ? "the run of " + time + " is left out: the one begun at " + LocalTimes.text(busy.get())
                            + " has not ended"
                    : "";
        }
        boolean late = now.isAfter(come.plus(LATE));
        return late && schedule.missed() == Schedule.Missed.SKIP
                ? "the run of " + time + " is left out: it was missed"
                : "";
    }
}
