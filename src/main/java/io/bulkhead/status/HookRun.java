package io.bulkhead.status;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import java.time.Duration;
import java.util.Optional;

/**
 * A hook that is under way.
 *
 * @param timeout how long it may take from its launch
 * @param process the one that was launched; empty as long as it is being launched
 * @param overdue whether it has been killed for taking too long
 */
public record HookRun(
        HookPoint point, Hook.Where where, Duration timeout, Optional<ProcessId> process, boolean overdue) {
    public static HookRun of(HookPoint point, Hook hook) {
        return new HookRun(point, hook.where(), hook.timeout(), Optional.empty(), false);
    }

    public HookRun launched(ProcessId id) {
        return new HookRun(point, where, timeout, Optional.of(id), overdue);
    }

    public HookRun asOverdue() {
        return new HookRun(point, where, timeout, process, true);
    }
}
