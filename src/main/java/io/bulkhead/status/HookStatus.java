package io.bulkhead.status;

import java.time.Instant;
import java.util.Optional;

/**
 * Where a service is with its hooks.
 *
 * @param run the one under way
 * @param owed whether a start was begun that {@code post-stop} has yet to follow
 * @param verdict what becomes of it after that
 */
public record HookStatus(Optional<HookRun> run, boolean owed, Optional<Verdict> verdict) {
    public static final HookStatus NONE = new HookStatus(Optional.empty(), false, Optional.empty());

    /** A start was begun, and no hook is under way. */
    public static final HookStatus OWED = new HookStatus(Optional.empty(), true, Optional.empty());

    /** A state that a service is in as soon as {@code post-stop} is over; {@link ServiceStatus} has the rest. */
    public record Verdict(ServiceState state, Optional<Instant> due, String reason) {}

    public HookStatus running(HookRun hook) {
        return new HookStatus(Optional.of(hook), owed, verdict);
    }

    /** It is over. */
    public HookStatus idle() {
        return new HookStatus(Optional.empty(), owed, verdict);
    }

    /** There is nothing to be done after the last run any more. */
    public HookStatus followed() {
        return new HookStatus(Optional.empty(), false, verdict);
    }
}
