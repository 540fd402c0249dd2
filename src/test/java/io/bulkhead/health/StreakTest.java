package io.bulkhead.health;

import static io.bulkhead.status.HealthState.HEALTHY;
import static io.bulkhead.status.HealthState.STARTING;
import static io.bulkhead.status.HealthState.UNHEALTHY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.HealthPolicy;
import io.bulkhead.spec.Probe;
import io.bulkhead.status.HealthState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class StreakTest {
    private static final Duration SHORTEST = Duration.ofMillis(10);

    private static Duration at(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }

    private static HealthPolicy policy(int failures, int successes) {
        return new HealthPolicy(
                new Probe.Tcp("localhost", 1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                failures,
                successes,
                Duration.ZERO,
                HealthPolicy.OnFailure.RESTART);
    }

    private static Streak streak(int failures, int successes, HealthState state) {
        return new Streak(policy(failures, successes), SHORTEST, Duration.ZERO, state);
    }

    @Test
    void successesInARowMakeItHealthy() {
        Streak streak = streak(3, 2, STARTING);

        streak.take(true, at(1));
        assertEquals(STARTING, streak.state());
        streak.take(false, at(2));
        streak.take(true, at(3));
        assertEquals(STARTING, streak.state());
        streak.take(true, at(4));

        assertEquals(HEALTHY, streak.state());
        assertEquals(2, streak.inARow());
    }

    @Test
    void failuresInARowMakeItUnhealthy() {
        Streak streak = streak(2, 1, HEALTHY);

        streak.take(false, at(30));
        streak.take(true, at(60));
        streak.take(false, at(90));
        assertEquals(HEALTHY, streak.state());
        streak.take(false, at(120));

        assertEquals(UNHEALTHY, streak.state());
    }

    @Test
    void oneThatWasNeverWellFailsOnceAnInterval() {
        Streak streak = streak(2, 1, STARTING);

        for (int second = 1; second < 60; second++) {
            streak.take(false, at(second));
            assertEquals(STARTING, streak.state(), "after " + second + " s");
        }
        streak.take(false, at(60));

        assertEquals(UNHEALTHY, streak.state());
    }

    @Test
    void nothingCountsInTheStartPeriodButASuccess() {
        Streak streak = new Streak(policy(1, 1), SHORTEST, Duration.ofSeconds(100), STARTING);

        streak.take(false, at(99));
        assertEquals(STARTING, streak.state());
        streak.take(true, at(99.5));

        assertEquals(HEALTHY, streak.state());
        streak.take(false, at(99.6));
        assertEquals(UNHEALTHY, streak.state());
    }

    @Test
    void aStartPeriodThatIsOverIsAsNone() {
        Streak streak = new Streak(policy(1, 1), SHORTEST, Duration.ofSeconds(-5), STARTING);

        streak.take(false, at(30));

        assertEquals(UNHEALTHY, streak.state());
    }

    @Test
    void itIsAskedOftenUntilItIsKnown() {
        Streak streak = streak(3, 1, STARTING);
        assertEquals(SHORTEST, streak.pause(Duration.ZERO));
        assertEquals(at(0.2), streak.pause(at(2)));
        assertEquals(at(1), streak.pause(at(20)));

        streak.take(true, at(21));

        assertEquals(at(30), streak.pause(at(21)));
    }

    @Test
    void aShortIntervalIsKept() {
        HealthPolicy policy = new HealthPolicy(
                new Probe.Tcp("localhost", 1),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                3,
                1,
                Duration.ZERO,
                HealthPolicy.OnFailure.RESTART);
        Streak streak = new Streak(policy, SHORTEST, Duration.ZERO, STARTING);

        assertTrue(streak.pause(at(50)).compareTo(at(0.1)) <= 0);
    }
}
