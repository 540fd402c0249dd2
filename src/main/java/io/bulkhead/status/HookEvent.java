package io.bulkhead.status;

import java.time.Instant;

/** What can happen to a hook. */
public sealed interface HookEvent {
    /** It was launched and has exec'ed. */
    record Launched(ProcessId process, Instant at) implements HookEvent {}

    /** It could not be launched. */
    record NotLaunched(String reason, Instant at) implements HookEvent {}

    /**
     * It ended.
     *
     * @param hardship what its group had come up against meanwhile, in words; or empty
     */
    record Ended(ProcessId process, ExitStatus status, Instant at, String hardship) implements HookEvent {}
}
