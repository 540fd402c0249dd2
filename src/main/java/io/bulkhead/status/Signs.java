package io.bulkhead.status;

import java.time.Instant;
import java.util.Optional;

/**
 * What a running service has answered, or told by itself, since its process was launched.
 *
 * @param ready whether its readiness probe has succeeded
 * @param health what its health probe has found
 * @param detail in words why it isn't ready or healthy: what came of the last probe; or empty
 * @param readyBy a later deadline for being ready than {@code start.timeout}, if it asked for one
 * @param text what it says of itself, if it does: {@code STATUS=} of sd_notify(3)
 */
public record Signs(
        boolean ready, HealthState health, String detail, Optional<Instant> readyBy, Optional<String> text) {
    public static final Signs NONE = new Signs(false, HealthState.NONE, "", Optional.empty(), Optional.empty());
}
