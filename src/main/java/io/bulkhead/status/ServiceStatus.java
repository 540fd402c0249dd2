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
 * @param turn where it stands in its timetable; empty where it has none, or isn't wanted
 * @param hooks where it is with the commands around its run
 * @param setback how a run from the spec it was last launched from has failed, until an operator says that it is to be tried
 *     again
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
        Progress progress,
        Optional<Turn> turn,
        HookStatus hooks,
        Optional<String> setback) {
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
            Progress.NONE,
            Optional.empty(),
            HookStatus.NONE,
            Optional.empty());

    public ServiceStatus {
        restarts = List.copyOf(restarts);
    }

    /** A process found alive: launched by an earlier daemon from a spec of this hash, where that is known. */
    public static ServiceStatus adopted(ProcessId process, Optional<String> launchHash, Instant startedAt) {
        return NEW.with(ServiceState.STARTING).launched(process, launchHash, startedAt);
    }

    /** As an operator's {@code start} leaves it: whatever went wrong before is forgotten. */
    public ServiceStatus reset() {
        boolean up = process.isPresent()
                || state == ServiceState.STARTING
                || (state == ServiceState.STOPPING && hooks.owed());
        Edit edit = new Edit();
        edit.state = up ? state : ServiceState.STOPPED;
        boolean same = edit.state == state && state != ServiceState.BACKOFF;
        edit.due = same ? due : Optional.empty();
        edit.shortRuns = 0;
        edit.restarts = List.of();
        edit.restartCount = 0;
        edit.reason = "";
        edit.progress = process.isPresent() ? progress : Progress.NONE;
        edit.hooks = up ? new HookStatus(hooks.run(), hooks.owed(), Optional.empty()) : HookStatus.NONE;
        return edit.done();
    }

    /** In another state, with nothing due and no reason. */
    public ServiceStatus with(ServiceState next) {
        return with(next, Optional.empty(), "");
    }

    public ServiceStatus with(ServiceState next, Optional<Instant> nextDue, String why) {
        Edit edit = new Edit();
        edit.state = next;
        edit.due = nextDue;
        edit.reason = why;
        return edit.done();
    }

    public ServiceStatus with(Progress next) {
        Edit edit = new Edit();
        edit.progress = next;
        return next.equals(progress) ? this : edit.done();
    }

    public ServiceStatus with(Optional<Turn> next) {
        Edit edit = new Edit();
        edit.turn = next;
        return next.equals(turn) ? this : edit.done();
    }

    public ServiceStatus with(HookStatus next) {
        Edit edit = new Edit();
        edit.hooks = next;
        return next.equals(hooks) ? this : edit.done();
    }

    /** STOPPING until {@code post-stop} is over, and then what it is by now. */
    public ServiceStatus heldBack() {
        HookStatus.Verdict verdict = new HookStatus.Verdict(state, due, reason);
        return with(ServiceState.STOPPING).with(new HookStatus(hooks.run(), hooks.owed(), Optional.of(verdict)));
    }

    /** What it was to be, now that {@code post-stop} is over. */
    public ServiceStatus letGo() {
        return hooks.verdict()
                .map(verdict -> with(HookStatus.NONE).with(verdict.state(), verdict.due(), verdict.reason()))
                .orElse(with(HookStatus.NONE));
    }

    public ServiceStatus launched(ProcessId started, Optional<String> hash, Instant at) {
        Edit edit = new Edit();
        edit.process = Optional.of(started);
        edit.launchHash = hash;
        edit.startedAt = Optional.of(at);
        edit.endedAt = Optional.empty();
        edit.lastExit = Optional.empty();
        edit.progress = Progress.NONE;
        return edit.done();
    }

    /** Another process is the main one, and nothing else has changed. */
    public ServiceStatus moved(ProcessId next) {
        Edit edit = new Edit();
        edit.process = Optional.of(next);
        return edit.done();
    }

    /** Its process is gone. */
    public ServiceStatus ended(Optional<ExitStatus> exit, Instant at, int shortRunsNow) {
        Edit edit = new Edit();
        edit.process = Optional.empty();
        edit.endedAt = Optional.of(at);
        edit.lastExit = exit;
        edit.shortRuns = shortRunsNow;
        edit.progress = progress.ended();
        return edit.done();
    }

    public ServiceStatus restarting(List<Instant> within) {
        Edit edit = new Edit();
        edit.restarts = within;
        edit.restartCount = restartCount + 1;
        return edit.done();
    }

    public ServiceStatus applied(Optional<String> hash, Limits limits, StopPolicy stopPolicy) {
        Edit edit = new Edit();
        edit.launchHash = hash;
        edit.appliedLimits = Optional.of(limits);
        edit.stop = stopPolicy;
        return edit.done();
    }

    /** A run has failed; where it has before, what was the first to go wrong says more. */
    public ServiceStatus setBack(String how) {
        return setback.isPresent() ? this : withSetback(Optional.of(how));
    }

    /** Nothing that went wrong before counts any more. */
    public ServiceStatus forgiven() {
        return setback.isEmpty() ? this : withSetback(Optional.empty());
    }

    private ServiceStatus withSetback(Optional<String> how) {
        Edit edit = new Edit();
        edit.setback = how;
        return edit.done();
    }

    /** Whether it is a oneshot that has completed and counts as running since. */
    public boolean remains() {
        return state == ServiceState.RUNNING && process.isEmpty();
    }

    /** This status while some of it is changed. */
    private final class Edit {
        ServiceState state = ServiceStatus.this.state;
        Optional<ProcessId> process = ServiceStatus.this.process;
        Optional<String> launchHash = ServiceStatus.this.launchHash;
        Optional<Instant> startedAt = ServiceStatus.this.startedAt;
        Optional<Instant> endedAt = ServiceStatus.this.endedAt;
        Optional<ExitStatus> lastExit = ServiceStatus.this.lastExit;
        int shortRuns = ServiceStatus.this.shortRuns;
        List<Instant> restarts = ServiceStatus.this.restarts;
        int restartCount = ServiceStatus.this.restartCount;
        Optional<Instant> due = ServiceStatus.this.due;
        Optional<Limits> appliedLimits = ServiceStatus.this.appliedLimits;
        StopPolicy stop = ServiceStatus.this.stop;
        String reason = ServiceStatus.this.reason;
        Progress progress = ServiceStatus.this.progress;
        Optional<Turn> turn = ServiceStatus.this.turn;
        HookStatus hooks = ServiceStatus.this.hooks;
        Optional<String> setback = ServiceStatus.this.setback;

        ServiceStatus done() {
            return new ServiceStatus(
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
                    progress,
                    turn,
                    hooks,
                    setback);
        }
    }
}
