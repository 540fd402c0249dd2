package io.bulkhead.health;

import java.time.Duration;

/**
 * How often somebody is asked who isn't yet what he is to be: so soon that a tenth of the time it takes is wasted at most, and no
 * more often than that needs.
 *
 * @param shortest of the pauses
 * @param longest of them
 */
record Pace(Duration shortest, Duration longest) {
    private static final int PARTS = 10;

    /** How long to wait with the next question. */
    Duration pause(Duration sinceBegin) {
        Duration part = sinceBegin.dividedBy(PARTS);
        if (part.compareTo(shortest) < 0) {
            return shortest;
        }
        return part.compareTo(longest) > 0 ? longest : part;
    }
}
