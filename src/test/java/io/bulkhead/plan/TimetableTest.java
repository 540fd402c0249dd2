package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.CronExpression;
import io.bulkhead.spec.LocalTimes;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.Schedule.Missed;
import io.bulkhead.spec.Schedule.Overlap;
import io.bulkhead.status.Turn;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimetableTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:02:00Z");
    private static final Instant DUE = Instant.parse("2026-01-01T00:05:00Z");

    private Schedule schedule = schedule(Missed.SKIP, Overlap.SKIP);
    private Optional<Turn> turn = Optional.empty();
    private Optional<Instant> busy = Optional.empty();

    private static Schedule schedule(Missed missed, Overlap overlap) {
        return new Schedule(CronExpression.parse("*/5 * * * *"), ZoneOffset.UTC, missed, overlap);
    }

    private Timetable at(Instant now) {
        Timetable at = Timetable.at(now, schedule, turn, busy);
        turn = Optional.of(at.turn());
        return at;
    }

    @Test
    void beginsWithTheNextTime() {
        Turn first = at(T0).turn();

        assertFalse(first.open());
        assertEquals(Optional.of(DUE), first.next());
    }

    @Test
    void aTimeThatHasComeIsOpenOnce() {
        at(T0);

        assertTrue(at(DUE).turn().open());
        turn = turn.map(Turn::taken);
        Turn later = at(DUE.plusSeconds(200)).turn();

        assertFalse(later.open());
        assertEquals(Optional.of(DUE.plusSeconds(300)), later.next());
    }

    @Test
    void aLaterDaemonGoesOnWhereTheFirstLeftOff() {
        turn = Optional.of(new Turn(schedule.text(), T0, false, Optional.empty()));

        assertTrue(at(DUE.plusSeconds(1)).turn().open());
    }

    @Test
    void aMissedTimeIsLeftOut() {
        at(T0);

        Timetable late = at(DUE.plusSeconds(61));

        assertFalse(late.turn().open());
        assertEquals("the run of " + LocalTimes.text(DUE) + " is left out: it was missed", late.skipped());
        assertEquals(Optional.of(DUE.plusSeconds(300)), late.turn().next());
    }

    @Test
    void manyMissedTimesAreOneRunWhereThatIsAskedFor() {
        schedule = schedule(Missed.RUN, Overlap.SKIP);
        at(T0);

        Timetable late = at(DUE.plusSeconds(3_661));

        assertTrue(late.turn().open());
        assertEquals(Optional.of(DUE.plusSeconds(3_900)), late.turn().next());
    }

    @Test
    void aTimeWhileARunIsUnderWayIsLeftOut() {
        at(T0);
        busy = Optional.of(T0);

        Timetable during = at(DUE);

        assertFalse(during.turn().open());
        assertTrue(during.skipped().contains("has not ended"), during.skipped());
    }

    @Test
    void aTimeWhileARunIsUnderWayIsKeptWhereThatIsAskedFor() {
        schedule = schedule(Missed.SKIP, Overlap.QUEUE);
        at(T0);
        busy = Optional.of(T0);

        assertTrue(at(DUE).turn().open());
        assertTrue(at(DUE.plusSeconds(300)).turn().open());
    }

    @Test
    void anotherScheduleCountsFromNow() {
        turn = Optional.of(new Turn("0 0 * * * Z", T0.minusSeconds(864_000), true, Optional.empty()));

        Turn first = at(T0).turn();

        assertFalse(first.open());
        assertEquals(Optional.of(DUE), first.next());
    }

    @Test
    void aClockThatWasSetBackCountsFromNow() {
        turn = Optional.of(new Turn(schedule.text(), T0.plusSeconds(864_000), false, Optional.empty()));

        assertEquals(Optional.of(DUE), at(T0).turn().next());
    }
}
