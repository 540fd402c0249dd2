package io.bulkhead.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimersTest {
    private long now = -5_000;
    private final Timers timers = new Timers(() -> now);
    private final List<String> done = new ArrayList<>();

    @Test
    void doesWhatIsDueInItsOrder() {
        timers.after(Duration.ofNanos(200), () -> done.add("second"));
        timers.after(Duration.ofNanos(100), () -> done.add("first"));
        timers.after(Duration.ofNanos(300), () -> done.add("third"));
        assertEquals(Duration.ofNanos(100), timers.untilNext());

        now += 250;
        timers.run();

        assertEquals(List.of("first", "second"), done);
        assertEquals(Duration.ofNanos(50), timers.untilNext());
    }

    @Test
    void whatIsCancelledIsNotDone() {
        timers.after(Duration.ofNanos(100), () -> done.add("one")).cancel();

        now += 100;
        timers.run();

        assertEquals(List.of(), done);
    }
}
