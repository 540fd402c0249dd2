package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.spec.RestartPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a restart is put off. */
class RestartsTest {
    @Test
    void delaysGrowUpToTheMaximum() {
        RestartPolicy.Backoff backoff =
                new RestartPolicy.Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(1), 0, Duration.ofSeconds(10));

        assertEquals(Duration.ZERO, Restarts.delay(0, backoff, 0.5));
        assertEquals(Duration.ofMillis(100), Restarts.delay(1, backoff, 0.5));
        assertEquals(Duration.ofMillis(400), Restarts.delay(3, backoff, 0.5));
        assertEquals(Duration.ofSeconds(1), Restarts.delay(5, backoff, 0.5));
        assertEquals(Duration.ofSeconds(1), Restarts.delay(5_000, backoff, 0.5));
    }

    @Test
    void jitterStaysWithinItsShareAndTheMaximum() {
        RestartPolicy.Backoff backoff = new RestartPolicy.Backoff(
                Duration.ofMillis(100), 2, Duration.ofMillis(100), 0.1, Duration.ofSeconds(10));

        assertEquals(Duration.ofMillis(90), Restarts.delay(1, backoff, 0));
        assertEquals(Duration.ofMillis(100), Restarts.delay(1, backoff, 1));
    }
}
