package io.bulkhead.plan;

import static io.bulkhead.status.ServiceState.BACKOFF;
import static io.bulkhead.status.ServiceState.EXITED;
import static io.bulkhead.status.ServiceState.FATAL;
import static io.bulkhead.status.ServiceState.RUNNING;
import static io.bulkhead.status.ServiceState.STARTING;
import static io.bulkhead.status.ServiceState.STOPPED;
import static io.bulkhead.status.ServiceState.STOPPING;

import io.bulkhead.spec.HealthPolicy.OnFailure;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.StartPolicy;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.HookStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.Progress;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** The plan of one service: first what happened is taken in, then step by step what is possible now. */
final class ServicePlan extends ServiceMoves {
    /** Far more than the longest way through the table, which has no circle without an action. */
    private static final int MAX_STEPS = 16;

    private final DoubleSupplier random;
    /** Why it would be started. */
    private String cause = "wanted";

    ServicePlan(
            ServiceName name,
            Desired desired,
            Neighbours neighbours,
            ServiceStatus status,
            Observed.Service seen,
            Instant now,
            DoubleSupplier random) {
        super(name, desired, neighbours, status, seen, now);
        this.random = random;
    }

    /** The new status; empty where the service is no more. */
    Optional<ServiceStatus> make(List<Action> actions) {
        seen.event().ifPresent(this::take);
        seen.hookEvent().ifPresent(event -> status = hooks.take(status, event, end()));
        status = end().noted(status);
        keepTime(actions);
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

    /** A scheduled service's times come whatever it does. */
    private void keepTime(List<Action> actions) {
        Optional<Schedule> schedule =
                spec.flatMap(s -> s.lifecycle().schedule()).filter(s -> neighbours.runs(name));
        Optional<Instant> busy = Optional.of(status)
                .filter(s -> s.process().isPresent() || s.state() == STARTING)
                .map(s -> started());
        Optional<Timetable> at = schedule.map(s -> Timetable.at(now, s, status.turn(), busy));
        status = status.with(at.map(Timetable::turn));
        at.map(Timetable::skipped)
                .filter(why -> !why.isEmpty())
                .ifPresent(why -> actions.add(new Action.SkipRun(name, why)));
    }

    /** {@link Planner} has taken in who has moved. */
    private void take(ProcessEvent event) {
        if (event instanceof ProcessEvent.Launched launched) {
            status = status.launched(launched.process(), Optional.of(launched.launchHash()), launched.at());
            if (spec.isPresent()) {
                StartPolicy start = spec.get().start();
                Duration patience = start.ready().isEmpty() ? start.readyAfter() : start.timeout();
                status = status.with(status.state(), Optional.of(launched.at().plus(patience)), "");
            }
        } else if (event instanceof ProcessEvent.LaunchFailed failed) {
            status = hooks.settled(end().notLaunched(status, failed));
        } else if (event instanceof ProcessEvent.Ended ended
                && status.process().filter(ended.process()::equals).isPresent()) {
            status = hooks.settled(end().ended(status, ended));
        }
    }

    private RunEnd end() {
        return new RunEnd(spec, now, random);
    }

    private void step(Desired.Declared current, List<Action> actions) {
        ServiceSpec service = current.spec();
        boolean wanted = neighbours.runs(name);
        boolean changed = current.outdates(status);
        boolean comes = status.turn().map(Turn::open).orElse(true);
        boolean comesInTurn = status.turn().isPresent() && comes;
        switch (status.state()) {
            case STOPPED -> {
                if (groupIsEmpty(actions) && isFree(service, wanted && comes)) {
                    begin(current, comesInTurn ? "its time has come" : cause, actions);
                }
            }
            case STARTING, RUNNING -> alive(current, wanted, changed, actions);
            case BACKOFF -> {
                if (!wanted || changed) {
                    status = status.reset();
                } else if (isDue() && groupIsEmpty(actions) && isFree(service, true)) {
                    status = status.restarting(append(Restarts.within(
                            status.restarts(), service.restart().limit().window(), now)));
                    begin(current, "restart: " + status.reason(), actions);
                }
            }
            case STOPPING -> stopping(actions);
            case EXITED -> {
                if (changed || comesInTurn) {
                    status = status.reset();
                } else {
                    groupIsEmpty(actions);
                }
            }
            case FATAL -> {
                // Without a hash it was a broken declaration that kept it from being launched, and it is whole now.
                boolean again = status.due().isPresent() && isDue();
                if (!wanted
                        || changed
                        || again
                        || comesInTurn
                        || status.launchHash().isEmpty()) {
                    cause = again ? "restart.limit.retry-after is over" : cause;
                    status = status.reset();
                } else {
                    groupIsEmpty(actions);
                }
            }
            case UNKNOWN -> status = status.with(STOPPED);
        }
    }

    /** Whether it is to be started, and nothing is left that has to be before. */
    private boolean isFree(ServiceSpec service, boolean wanted) {
        Optional<Waiting> waiting = wanted ? neighbours.beforeStart(service) : neighbours.held(name);
        status = status.with(status.progress().waitingFor(waiting));
        return wanted && waiting.isEmpty();
    }

    private void alive(Desired.Declared current, boolean wanted, boolean changed, List<Action> actions) {
        ServiceSpec service = current.spec();
        if (status.process().isEmpty()) {
            if (status.state() == STARTING) {
                launching(current, wanted, changed, actions);
            } else if (!wanted || changed) {
                status = hooks.owes(status) ? status.with(STOPPING) : status.reset();
            }
            return;
        }
        status = status.with(status.progress().with(seen.signs().health()));
        if (!wanted) {
            if (mayStop()) {
                stop(service.stop(), neighbours.held(name).map(Waiting::reason).orElse("not wanted"), actions);
            }
            return;
        }
        if (mustBeReplaced(service)) {
            if (Roll.isFor(service) || mayStop()) {
                stop(service.stop(), changed ? Roll.CHANGED : Roll.RESTARTED, actions);
            }
            return;
        }
        if (status.turn().filter(Turn::open).isPresent()
                && service.lifecycle().schedule().orElseThrow().overlap() == Schedule.Overlap.REPLACE) {
            stop(service.stop(), "the time of its next run has come", actions);
            return;
        }
        Optional<ServiceName> other = neighbours.restarted(service, status);
        if (other.isPresent()) {
            stop(service.stop(), desired.shown(other.get()) + " has been restarted", actions);
            return;
        }
        Optional<Duration> most = service.lifecycle().maxRuntime();
        if (most.isPresent() && !now.isBefore(started().plus(most.get()))) {
            fail(service, "Ran longer than max-runtime, " + SpecKey.text(most.get()), OnFailure.RESTART, actions);
        } else if (seen.strain().isPresent()) {
            fail(service, seen.strain().get(), OnFailure.RESTART, actions);
        } else if (status.state() == STARTING) {
            starting(service, actions);
        } else if (status.progress().health() == HealthState.UNHEALTHY
                && service.health().isPresent()) {
            fail(
                    service,
                    "Unhealthy: " + seen.signs().detail(),
                    service.health().get().onFailure(),
                    actions);
        }
    }

    /** Its process is yet to be launched, or is being launched: what comes of that arrives as an event. */
    private void launching(Desired.Declared current, boolean wanted, boolean changed, List<Action> actions) {
        if (status.hooks().run().isPresent()) {
            if (wanted && !changed) {
                limitHook(actions);
            } else {
                endHook(current.spec().stop(), wanted ? Roll.CHANGED : "not wanted", actions);
            }
        } else if (!seen.busy() && (!wanted || changed)) {
            status = status.with(STOPPING);
        } else if (groupIsEmpty(actions)) {
            start(current, HookPoint.PRE_START + " is done", actions);
        }
    }

    private Instant started() {
        return status.startedAt().orElse(now);
    }

    private void starting(ServiceSpec service, List<Action> actions) {
        Readiness readiness = Readiness.of(service, status, seen.signs(), now);
        OnFailure how = service.start().onFailure();
        if (readiness.up()) {
            boolean asked = service.start().ready().isPresent();
            status = status.with(RUNNING).with(asked ? status.progress().asReady() : status.progress());
        } else if (!readiness.late().isEmpty() && how != OnFailure.NOTHING) {
            fail(service, readiness.late(), how, actions);
        } else {
            status = status.with(STARTING, readiness.by(), readiness.late());
            status = readiness.late().isEmpty() ? status : status.setBack(readiness.late());
        }
    }

    /** Its run has failed though its process lives. */
    private void fail(ServiceSpec service, String reason, OnFailure how, List<Action> actions) {
        status = status.setBack(reason);
        if (how != OnFailure.NOTHING) {
            stop(service.stop(), reason, actions);
            status = status.with(status.progress().failing(new Progress.Failure(reason, how == OnFailure.STOP)));
        }
    }

    private void stopping(List<Action> actions) {
        if (status.hooks().run().isPresent()) {
            limitHook(actions);
            return;
        }
        if (status.process().isEmpty()) {
            if (groupIsEmpty(actions)) {
                down(actions);
            }
            return;
        }
        if (isDue()) {
            kill("stop.timeout is over", actions);
            status = status.with(STOPPING, Optional.of(now.plus(KILL_AGAIN)), "");
        }
    }

    private void down(List<Action> actions) {
        if (hooks.owes(status)) {
            follow(actions);
        } else if (status.hooks().verdict().isPresent()) {
            status = end().noted(status.letGo());
        } else {
            status = status.with(HookStatus.NONE);
            stopped();
        }
    }

    /** It is down: for good, or to be started again after it has failed. */
    private void stopped() {
        Optional<Progress.Failure> failure = status.progress().failure();
        boolean changed = status.launchHash().isEmpty() || desired.isChanged(name, status);
        if (failure.isEmpty() || changed || !neighbours.runs(name)) {
            status = status.reset();
            return;
        }
        status = end().noted(end().failed(status, failure.get()));
    }

    /** When something is to happen though nothing happens; what is due by now has been done, or waits for what is under way. */
    Optional<Instant> wakeAt() {
        Optional<Instant> due = switch (status.state()) {
            case STARTING, BACKOFF, STOPPING, FATAL -> status.due();
            case STOPPED, RUNNING, EXITED, UNKNOWN -> Optional.empty();
        };
        Optional<Instant> longest = spec.flatMap(s -> s.lifecycle().maxRuntime())
                .filter(most -> status.process().isPresent() && status.state() != STOPPING)
                .map(most -> started().plus(most));
        Optional<Instant> turn = status.turn().flatMap(Turn::next);
        return Stream.of(due, longest, turn)
                .flatMap(Optional::stream)
                .filter(now::isBefore)
                .min(Comparator.naturalOrder());
    }

    /** A service that cannot run: whatever of it still runs from before is left alone. */
    private ServiceStatus broken(List<Action> actions) {
        if (status.process().isPresent() && !desired.stopAll()) {
            return status;
        }
        boolean hooked = status.hooks().run().isPresent();
        if (status.process().isPresent() || hooked || status.state() == STOPPING) {
            return retire(actions).orElse(ServiceStatus.NEW);
        }
        return status.applied(Optional.empty(), status.appliedLimits().orElse(Limits.NONE), status.stop())
                .with(FATAL, Optional.empty(), desired.broken().getOrDefault(name, ""));
    }

    private Optional<ServiceStatus> retire(List<Action> actions) {
        if (status.process().isPresent() && status.state() != STOPPING) {
            if (mayStop()) {
                stop(status.stop(), "no longer declared", actions);
            }
            return Optional.of(status);
        }
        if (status.hooks().run().isPresent()) {
            if (status.state() == STARTING) {
                endHook(status.stop(), "no longer declared", actions);
            } else {
                limitHook(actions);
            }
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
        if (hooks.owes(status)) {
            follow(actions);
            return Optional.of(status);
        }
        if (seen.group()) {
            actions.add(new Action.RemoveGroup(name.value(), "no longer declared"));
            return Optional.of(status.with(STOPPING));
        }
        actions.add(new Action.Forget(name, "no longer declared"));
        return Optional.empty();
    }

    private List<Instant> append(List<Instant> restarts) {
        java.util.ArrayList<Instant> all = new java.util.ArrayList<>(restarts);
        all.add(now);
        return all;
    }
}
