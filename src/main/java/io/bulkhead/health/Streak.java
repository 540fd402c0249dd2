package io.bulkhead.health;

import io.bulkhead.spec.HealthPolicy;
import io.bulkhead.status.HealthState;
import java.time.Duration;

/**
 * What answers in a row amount to.
 *
 * <p>Until it has been well for the first time, it is asked more often than once an interval, so that whoever waits for it need
 * not wait long; but of the failures among these, one an interval counts, and none before the start period is over.
 */
final class Streak {
    private final HealthPolicy policy;
    private final Pace pace;
    private final Duration patience;
    private HealthState state;
    private int inARow;
    private boolean good = true;
    private Duration counted = Duration.ZERO;

    /**
     * @param shortest the least pause between two questions
     * @param patience what is left of the start period
     * @param state what answers so far amount to
     */
    Streak(HealthPolicy policy, Duration shortest, Duration patience, HealthState state) {
        this.policy = policy;
        this.state = state;
        this.patience = patience.isNegative() ? Duration.ZERO : patience;
        Duration longest =
                policy.interval().compareTo(Duration.ofSeconds(1)) < 0 ? policy.interval() : Duration.ofSeconds(1);
        this.pace = new Pace(shortest, longest);
    }

    HealthState state() {
        return state;
    }

    /** How many of the same kind there were in a row. */
    int inARow() {
        return inARow;
    }

    /**
     * Takes an answer.
     *
     * @param at since the questions began
     */
    void take(boolean isGood, Duration at) {
        if (isGood != good) {
            good = isGood;
            inARow = 0;
        }
        if (isGood) {
            inARow++;
        } else if (counts(at)) {
            inARow++;
            counted = at;
        }
        if (inARow >= (good ? policy.successes() : policy.failures())) {
            state = good ? HealthState.HEALTHY : HealthState.UNHEALTHY;
        }
    }

    private boolean counts(Duration at) {
        return state != HealthState.STARTING
                || (at.compareTo(patience) >= 0 && at.minus(counted).compareTo(policy.interval()) >= 0);
    }

    /** How long to wait with the next question. */
    Duration pause(Duration at) {
        return state == HealthState.STARTING ? pace.pause(at) : policy.interval();
    }
}
