package io.bulkhead.status;

import io.bulkhead.spec.Limits;
import io.bulkhead.spec.StopPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is remembered of a service between two looks. The planner makes each from the one before; nobody else does, but for
 * {@link #reset}, by which an operator's command is put in.
 *
 * @param state as an operator sees it
 * @param process the main process, while it lives
 * @param launchHash {@code SpecKey.launchHash} of the spec the last process was launched from; empty before the first
 * @param startedAt when the last process was started
 * @param endedAt when the last process ended
 * @param lastExit how it ended
 * @param shortRuns runs in a row that ended before {@code reset-after}
 * @param restarts when it was restarted, within the limit's window
 * @param restartCount restarts since an operator, or the daemon's start, started it
 * @param due when something is to happen without an event: STARTING, it is ready; BACKOFF, it is started; STOPPING, it is
 *     killed
 * @param appliedLimits the limits last put in force: what differs from these is a change, all else is drift
 * @param stop how to stop it, even after its spec is gone
 * @param reason why it is in BACKOFF or FATAL, else empty
 * @param progress how far it has come
 */
public record ServiceStatus(
        ServiceState state,
        Optional<ProcessId> process,
        Optional<String> launchHash,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<ExitStatus> lastExit,
        int shortRuns,
        List<Instant> restarts,
        int restartCount,
        Optional<Instant> due,
        Optional<Limits> appliedLimits,
        StopPolicy stop,
        String reason,
        Progress progress) {
    /** Nothing has happened yet. */
    public static final ServiceStatus NEW = new ServiceStatus(
            ServiceState.STOPPED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            List.of(),
            0,
            Optional.empty(),
            Optional.empty(),
            StopPolicy.DEFAULT,
            "",
            Progress.NONE);

    public ServiceStatus {
        restarts = List.copyOf(restarts);
    }

    /** A process found alive: launched by an earlier daemon from a spec of this hash, where that is known. */
    public static ServiceStatus adopted(ProcessId process, Optional<String> launchHash, Instant startedAt) {
        return NEW.with(ServiceState.STARTING).launched(process, launchHash, startedAt);
    }

    /** As an operator's {@code start} leaves it: whatever went wrong before is forgotten. */
    public ServiceStatus reset() {
        ServiceState fresh = process.isPresent() || state == ServiceState.STARTING ? state : ServiceState.STOPPED;
        Optional<Instant> dueThen = fresh == state && state != ServiceState.BACKOFF ? due : Optional.empty();
        return new ServiceStatus(
                fresh,
                process,
                launchHash,
                startedAt,
                endedAt,
                lastExit,
                0,
                List.of(),
                0,
                dueThen,
                appliedLimits,
                stop,
                "",
                process.isPresent() ? progress : Progress.NONE);
    }

    /** In another state, with nothing due and no reason. */
    public ServiceStatus with(ServiceState next) {
        return with(next, Optional.empty(), "");
    }

    public ServiceStatus with(ServiceState next, Optional<Instant> nextDue, String why) {
        return new ServiceStatus(
                next,
                process,
                launchHash,
                startedAt,
                endedAt,
                lastExit,
                shortRuns,
                restarts,
                restartCount,
                nextDue,
                appliedLimits,
                stop,
                why,
                progress);
    }

    public ServiceStatus launched(ProcessId started, Optional<String> hash, Instant at) {
        return new ServiceStatus(
                state,
                Optional.of(started),
                hash,
                Optional.of(at),
                Optional.empty(),
                Optional.empty(),
                shortRuns,
                restarts,
                restartCount,
                due,
                appliedLimits,
                stop,
                reason,
                Progress.NONE);
    }

    /** Its process is gone. */
    public ServiceStatus ended(Optional<ExitStatus> exit, Instant at, int shortRunsNow) {
        return new ServiceStatus(
                state,
                Optional.empty(),
                launchHash,
                startedAt,
                Optional.of(at),
                exit,
                shortRunsNow,
                restarts,
                restartCount,
                due,
                appliedLimits,
                stop,
                reason,
                progress.ended());
    }

    public ServiceStatus restarting(List<Instant> within) {
        return new ServiceStatus(
                state,
                process,
                launchHash,
                startedAt,
                endedAt,
                lastExit,
                shortRuns,
                within,
                restartCount + 1,
                due,
                appliedLimits,
                stop,
                reason,
                progress);
    }

    public ServiceStatus applied(Optional<String> hash, Limits limits, StopPolicy stopPolicy) {
        return new ServiceStatus(
                state,
                process,
                hash,
                startedAt,
                endedAt,
                lastExit,
                shortRuns,
                restarts,
                restartCount,
                due,
                Optional.of(limits),
                stopPolicy,
                reason,
                progress);
    }

    public ServiceStatus with(Progress next) {
        return next.equals(progress)
                ? this
                : new ServiceStatus(
                        state,
                        process,
                        launchHash,
                        startedAt,
                        endedAt,
                        lastExit,
                        shortRuns,
                        restarts,
                        restartCount,
                        due,
                        appliedLimits,
                        stop,
                        reason,
                        next);
    }

    /** Whether it is a oneshot that has completed and counts as running since. */
    public boolean remains() {
        return state == ServiceState.RUNNING && process.isEmpty();
    }
}
