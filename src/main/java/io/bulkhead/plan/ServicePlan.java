package io.bulkhead.plan;

import static io.bulkhead.status.ServiceState.BACKOFF;
import static io.bulkhead.status.ServiceState.EXITED;
import static io.bulkhead.status.ServiceState.FATAL;
import static io.bulkhead.status.ServiceState.RUNNING;
import static io.bulkhead.status.ServiceState.STARTING;
import static io.bulkhead.status.ServiceState.STOPPED;
import static io.bulkhead.status.ServiceState.STOPPING;

import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** The plan of one service: first what happened is taken in, then step by step what is possible now. */
final class ServicePlan {
    /** What Supervisor says; its users grep for it. */
    static final String TOO_QUICKLY = "Exited too quickly (process log may have details)";

    private static final Duration KILL_AGAIN = Duration.ofSeconds(1);
    /** Far more than the longest way through the table, which has no circle without an action. */
    private static final int MAX_STEPS = 16;

    private final ServiceName name;
    private final Desired desired;
    private final Optional<Desired.Declared> declared;
    private final Optional<ServiceSpec> spec;
    private final Observed.Service seen;
    private final Instant now;
    private final DoubleSupplier random;
    private ServiceStatus status;
    /** Set once something was begun: the rest waits for what comes of it. */
    private boolean begun;

    ServicePlan(
            ServiceName name,
            Desired desired,
            ServiceStatus status,
            Observed.Service seen,
            Instant now,
            DoubleSupplier random) {
        this.name = name;
        this.desired = desired;
        this.declared = Optional.ofNullable(desired.services().get(name));
        this.spec = declared.map(Desired.Declared::spec);
        this.status = status;
        this.seen = seen;
        this.now = now;
        this.random = random;
    }

    /** The new status; empty where the service is no more. */
    Optional<ServiceStatus> make(List<Action> actions) {
        seen.event().ifPresent(this::take);
        if (declared.isEmpty()) {
            return desired.broken().containsKey(name) ? Optional.of(broken(actions)) : retire(actions);
        }
        for (int i = 0; i < MAX_STEPS && !begun; i++) {
            ServiceState before = status.state();
            step(declared.get(), actions);
            if (status.state() == before) {
                break;
            }
        }
        correctLimits(declared.get().spec(), actions);
        return Optional.of(status);
    }

    private void take(ProcessEvent event) {
        if (event instanceof ProcessEvent.Launched launched) {
            status = status.launched(launched.process(), Optional.of(launched.launchHash()), launched.at());
            if (spec.isPresent()) {
                Instant ready = launched.at().plus(spec.get().start().readyAfter());
                status = status.with(status.state(), Optional.of(ready), "");
            }
            return;
        }
        if (event instanceof ProcessEvent.LaunchFailed failed) {
            status = status.ended(Optional.empty(), failed.at(), status.shortRuns() + 1);
            status = status.applied(
                    Optional.of(failed.launchHash()), status.appliedLimits().orElse(Limits.NONE), status.stop());
            backOff(failed.reason());
            return;
        }
        if (event instanceof ProcessEvent.Ended ended
                && status.process().filter(ended.process()::equals).isPresent()) {
            exited(ended);
        }
    }

    private void exited(ProcessEvent.Ended ended) {
        Duration ran = Duration.between(status.startedAt().orElse(now), ended.at());
        boolean ready = status.state() == RUNNING;
        boolean good =
                spec.isPresent() && ran.compareTo(spec.get().restart().backoff().resetAfter()) >= 0;
        status = status.ended(Optional.of(ended.status()), ended.at(), good ? 0 : status.shortRuns() + 1);
        if (status.state() == STOPPING || spec.isEmpty()) {
            return;
        }
        if (!Restarts.wanted(ended.status(), spec.get().restart())) {
            status = status.with(EXITED, Optional.empty(), ended.hardship());
            return;
        }
        String why = ended.hardship().isEmpty() ? "" : "; " + ended.hardship();
        backOff((ready ? exitText(ended.status()) : TOO_QUICKLY) + why);
    }

    private static String exitText(ExitStatus status) {
        return "Ended unexpectedly: " + status;
    }

    private void backOff(String reason) {
        if (spec.isEmpty()) {
            status = status.with(STOPPED);
            return;
        }
        RestartPolicy policy = spec.get().restart();
        List<Instant> within = Restarts.within(status.restarts(), policy.limit().window(), now);
        if (Restarts.limitReached(within, policy.limit())) {
            status = status.with(FATAL, Optional.empty(), reason);
            return;
        }
        Duration delay = Restarts.delay(status.shortRuns(), policy.backoff(), random.getAsDouble());
        status = status.with(BACKOFF, Optional.of(now.plus(delay)), reason);
    }

    private void step(Desired.Declared current, List<Action> actions) {
        ServiceSpec service = current.spec();
        boolean wanted = desired.runs(service);
        boolean changed =
                status.launchHash().isPresent() && !status.launchHash().get().equals(current.launchHash());
        switch (status.state()) {
            case STOPPED -> {
                if (groupIsEmpty(actions) && wanted) {
                    start(current, "wanted", actions);
                }
            }
            case STARTING, RUNNING -> alive(service, wanted, changed, actions);
            case BACKOFF -> {
                if (!wanted || changed) {
                    status = status.reset();
                } else if (isDue() && groupIsEmpty(actions)) {
                    status = status.restarting(append(Restarts.within(
                            status.restarts(), service.restart().limit().window(), now)));
                    start(current, "restart: " + status.reason(), actions);
                }
            }
            case STOPPING -> stopping(actions);
            case EXITED -> {
                if (changed) {
                    status = status.reset();
                } else {
                    groupIsEmpty(actions);
                }
            }
            case FATAL -> {
                // Without a hash it was a broken declaration that kept it from being launched, and it is whole now.
                if (!wanted || changed || status.launchHash().isEmpty()) {
                    status = status.reset();
                } else {
                    groupIsEmpty(actions);
                }
            }
            case UNKNOWN -> status = status.with(STOPPED);
        }
    }

    private void alive(ServiceSpec service, boolean wanted, boolean changed, List<Action> actions) {
        if (status.process().isEmpty()) {
            return; // being launched: what comes of it arrives as an event
        }
        if (!wanted || changed) {
            stop(service.stop(), changed && wanted ? "its configuration has changed" : "not wanted", actions);
            return;
        }
        Instant ready = status.startedAt().orElse(now).plus(service.start().readyAfter());
        if (status.state() == STARTING && !now.isBefore(ready)) {
            status = status.with(RUNNING);
        }
    }

    private void start(Desired.Declared current, String reason, List<Action> actions) {
        if (seen.busy()) {
            return;
        }
        actions.add(new Action.Start(current, reason));
        status = status.with(STARTING)
                .applied(
                        Optional.empty(),
                        current.spec().limits(),
                        current.spec().stop());
        begun = true;
    }

    private void stop(io.bulkhead.spec.StopPolicy policy, String reason, List<Action> actions) {
        status.process()
                .ifPresent(process -> actions.add(new Action.SendSignal(name, process, policy.signal(), reason)));
        status = status.with(STOPPING, Optional.of(now.plus(policy.timeout())), "");
    }

    private void stopping(List<Action> actions) {
        if (status.process().isEmpty()) {
            if (groupIsEmpty(actions)) {
                status = status.reset();
            }
            return;
        }
        if (isDue()) {
            kill("stop.timeout is over", actions);
            status = status.with(STOPPING, Optional.of(now.plus(KILL_AGAIN)), "");
        }
    }

    /** Whether nobody is left in the group; if somebody is, they are killed first. */
    private boolean groupIsEmpty(List<Action> actions) {
        if (seen.populated()) {
            kill("its main process is gone", actions);
            return false;
        }
        return !seen.busy();
    }

    private void kill(String reason, List<Action> actions) {
        if (!seen.busy() && !begun) {
            actions.add(new Action.KillGroup(name.value(), reason));
            begun = true;
        }
    }

    private void correctLimits(ServiceSpec service, List<Action> actions) {
        boolean configured =
                status.appliedLimits().filter(service.limits()::equals).isEmpty();
        if (!seen.group() || seen.busy() || begun) {
            return;
        }
        status = status.applied(status.launchHash(), service.limits(), service.stop());
        if (seen.differences().isEmpty()) {
            return;
        }
        if (configured) {
            actions.add(new Action.ApplyLimits(service, seen.differences(), false, "its configuration has changed"));
        } else if (service.drift() == Drift.ENFORCE) {
            actions.add(new Action.ApplyLimits(service, seen.differences(), true, "drift"));
        } else if (service.drift() == Drift.WARN) {
            actions.add(new Action.ReportDrift(name, seen.differences(), "drift"));
        }
    }

    /** A service that cannot run: whatever of it still runs from before is left alone. */
    private ServiceStatus broken(List<Action> actions) {
        if (status.process().isPresent() && !desired.stopAll()) {
            return status;
        }
        if (status.process().isPresent() || status.state() == STOPPING) {
            return retire(actions).orElse(ServiceStatus.NEW);
        }
        return status.applied(Optional.empty(), status.appliedLimits().orElse(Limits.NONE), status.stop())
                .with(FATAL, Optional.empty(), desired.broken().getOrDefault(name, ""));
    }

    private Optional<ServiceStatus> retire(List<Action> actions) {
        if (status.process().isPresent() && status.state() != STOPPING) {
            stop(status.stop(), "no longer declared", actions);
            return Optional.of(status);
        }
        if (status.process().isPresent() || (status.state() == STARTING && seen.busy())) {
            if (status.process().isPresent() && isDue()) {
                kill("stop.timeout is over", actions);
                status = status.with(STOPPING, Optional.of(now.plus(KILL_AGAIN)), "");
            }
            return Optional.of(status);
        }
        if (!groupIsEmpty(actions)) {
            return Optional.of(status.with(STOPPING));
        }
        if (seen.group()) {
            actions.add(new Action.RemoveGroup(name.value(), "no longer declared"));
            return Optional.of(status.with(STOPPING));
        }
        actions.add(new Action.Forget(name, "no longer declared"));
        return Optional.empty();
    }

    private boolean isDue() {
        return status.due().map(due -> !now.isBefore(due)).orElse(true);
    }

    private List<Instant> append(List<Instant> restarts) {
        java.util.ArrayList<Instant> all = new java.util.ArrayList<>(restarts);
        all.add(now);
        return all;
    }
}
