package io.bulkhead.reconcile;

import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the kernel can't tell a later daemon about a service.
 *
 * @param status as an operator sees it, with the history that restarts depend on
 * @param limits what the status' applied limits are, in a text to compare with; empty: unknown
 * @param launchKeys what the last process was launched from, {@code SpecKey.launchKeys}; empty before the first
 * @param signalled in STOPPING: whether the stop signal is sent
 * @param override an operator's {@code start} (true) or {@code stop} (false)
 * @param replaced the process that an operator wants replaced
 */
record RuntimeRecord(
        ServiceStatus status,
        String limits,
        Map<String, String> launchKeys,
        boolean signalled,
        Optional<Boolean> override,
        Optional<ProcessId> replaced) {
    RuntimeRecord {
        launchKeys = Collections.unmodifiableMap(new LinkedHashMap<>(launchKeys));
    }

    static RuntimeRecord of(
            ServiceStatus status,
            Map<String, String> launchKeys,
            boolean signalled,
            Optional<Boolean> override,
            Optional<ProcessId> replaced) {
        String limits = status.appliedLimits().map(Object::toString).orElse("");
        return new RuntimeRecord(status, limits, launchKeys, signalled, override, replaced);
    }

    /** Whether the record may stay although the service has gone from one status to the other. */
    static boolean isSame(ServiceStatus before, ServiceStatus after) {
        return memorable(before) == memorable(after)
                && before.process().equals(after.process())
                && before.launchHash().equals(after.launchHash())
                && before.restartCount() == after.restartCount()
                && before.shortRuns() == after.shortRuns()
                && before.startedAt().equals(after.startedAt())
                && before.endedAt().equals(after.endedAt())
                && before.stop().equals(after.stop())
                && before.appliedLimits().equals(after.appliedLimits())
                && before.reason().equals(after.reason())
                && before.setback().equals(after.setback())
                && before.progress().ready() == after.progress().ready()
                && before.progress().failure().equals(after.progress().failure())
                && Turn.isSame(before.turn(), after.turn())
                && before.hooks().equals(after.hooks())
                && due(before).equals(due(after));
    }

    /** A process that is up has been started at a time, and whether that makes it RUNNING is the clock's to say. */
    private static ServiceState memorable(ServiceStatus status) {
        boolean up = status.process().isPresent() && status.state() == ServiceState.STARTING;
        return up ? ServiceState.RUNNING : status.state();
    }

    private static Optional<java.time.Instant> due(ServiceStatus status) {
        return switch (status.state()) {
            case BACKOFF, STOPPING, FATAL -> status.due();
            case STARTING, RUNNING, STOPPED, EXITED, UNKNOWN -> Optional.empty();
        };
    }
}
