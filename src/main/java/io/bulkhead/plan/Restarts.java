package io.bulkhead.plan;

import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.status.ExitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The arithmetic of restarting: whether, how often, how long after. */
final class Restarts {
    private Restarts() {}

    static boolean wanted(ExitStatus exit, RestartPolicy policy) {
        return switch (policy.when()) {
            case ALWAYS -> true;
            case ON_FAILURE -> !exit.isSuccess(policy);
            case NEVER -> false;
        };
    }

    /** The restarts that count towards the limit. */
    static List<Instant> within(List<Instant> restarts, Duration window, Instant now) {
        List<Instant> within = new ArrayList<>();
        for (Instant restart : restarts) {
            if (restart.isAfter(now.minus(window))) {
                within.add(restart);
            }
        }
        return within;
    }

    static boolean limitReached(List<Instant> within, RestartPolicy.Limit limit) {
        return limit.attempts() > 0 && within.size() >= limit.attempts();
    }

    /**
     * The delay after so many short runs in a row: none after a good one.
     *
     * @param random 0 to 1, for the jitter
     */
    static Duration delay(int shortRuns, RestartPolicy.Backoff backoff, double random) {
        if (shortRuns == 0 || backoff.initial().isZero()) {
            return Duration.ZERO;
        }
        double max = backoff.max().toNanos();
        double nanos = Math.min(backoff.initial().toNanos() * Math.pow(backoff.factor(), shortRuns - 1), max);
        double jittered = nanos * (1 + backoff.jitter() * (2 * random - 1));
        return Duration.ofNanos((long) Math.min(jittered, max));
    }
}
