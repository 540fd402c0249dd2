package io.bulkhead.plan;

import static io.bulkhead.status.ServiceState.RUNNING;
import static io.bulkhead.status.ServiceState.STARTING;
import static io.bulkhead.status.ServiceState.STOPPING;

import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.HookStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.Progress;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What can be done to one service, each with what it makes of its status. */
abstract class ServiceMoves {
    static final Duration KILL_AGAIN = Duration.ofSeconds(1);

    final ServiceName name;
    final Desired desired;
    final Neighbours neighbours;
    final Optional<Desired.Declared> declared;
    final Optional<ServiceSpec> spec;
    final HookSteps hooks;
    final Observed.Service seen;
    final Instant now;
    ServiceStatus status;
    /** Set once something was begun: the rest waits for what comes of it. */
    boolean begun;
    /** Set where it would be stopped, but for a service that has to be down before. */
    boolean heldUp;

    ServiceMoves(
            ServiceName name,
            Desired desired,
            Neighbours neighbours,
            ServiceStatus status,
            Observed.Service seen,
            Instant now) {
        this.name = name;
        this.desired = desired;
        this.neighbours = neighbours;
        this.declared = Optional.ofNullable(desired.services().get(name));
        this.spec = declared.map(Desired.Declared::spec);
        this.hooks = new HookSteps(desired.lastSpec(name));
        this.status = status;
        this.seen = seen;
        this.now = now;
    }

    boolean mayStop() {
        heldUp = neighbours.beforeStop(name).isPresent();
        return !heldUp;
    }

    /** Whether it is to make place for another now; until then it goes on as any other. */
    boolean mustBeReplaced(ServiceSpec service) {
        boolean outdated = desired.isOutdated(name, status);
        Optional<Waiting> turn = outdated ? neighbours.turn(service, status) : Optional.empty();
        status = status.with(status.progress().waitingFor(turn));
        heldUp = turn.isPresent();
        return outdated && turn.isEmpty();
    }

    /** Whether more can be said of it when all others are planned. */
    boolean isHeldUp() {
        return heldUp && (status.state() == STARTING || status.state() == RUNNING);
    }

    void begin(Desired.Declared current, String reason, List<Action> actions) {
        ServiceSpec service = current.spec();
        Optional<Hook> hook = service.lifecycle().hooks().preStart();
        if (hook.isEmpty() || seen.busy()) {
            start(current, reason, actions);
            return;
        }
        actions.add(new Action.RunHook(
                service, HookPoint.PRE_START, hook.get(), Optional.of(current), Optional.empty(), reason));
        started(current, Optional.of(current.launchHash()));
        status = status.with(HookStatus.OWED.running(HookRun.of(HookPoint.PRE_START, hook.get())));
    }

    void start(Desired.Declared current, String reason, List<Action> actions) {
        if (seen.busy()) {
            return;
        }
        actions.add(new Action.Start(current, reason));
        started(current, Optional.empty());
    }

    void started(Desired.Declared current, Optional<String> launchHash) {
        if (status.state() != STARTING) {
            status = status.with(status.turn().map(Turn::taken));
        }
        status = desired.isChanged(name, status) ? status.forgiven() : status;
        status = status.with(STARTING)
                .with(Progress.NONE)
                .with(HookStatus.OWED)
                .applied(launchHash, current.spec().limits(), current.spec().stop());
        begun = true;
    }

    /** It is down but for this. */
    void follow(List<Action> actions) {
        Hook hook = hooks.at(HookPoint.POST_STOP).orElseThrow();
        actions.add(new Action.RunHook(
                hooks.spec().orElseThrow(),
                HookPoint.POST_STOP,
                hook,
                Optional.empty(),
                status.lastExit(),
                "nothing of it is left"));
        status = status.with(STOPPING).with(status.hooks().running(HookRun.of(HookPoint.POST_STOP, hook)));
        begun = true;
    }

    void stop(StopPolicy policy, String reason, List<Action> actions) {
        status.process().ifPresent(process -> actions.add(end(process, policy, reason)));
        status = status.with(STOPPING, Optional.of(now.plus(policy.timeout())), "");
    }

    private Action end(ProcessId process, StopPolicy policy, String reason) {
        Optional<ServiceSpec> spec = policy.command().flatMap(command -> desired.lastSpec(name));
        return spec.isPresent()
                ? new Action.RunStop(spec.get(), process, policy, reason)
                : new Action.SendSignal(name, process, policy.signal(), reason);
    }

    void endHook(StopPolicy policy, String reason, List<Action> actions) {
        Optional<ProcessId> process = status.hooks().run().flatMap(HookRun::process);
        if (process.isPresent() && mayStop()) {
            actions.add(new Action.SendSignal(name, process.get(), policy.signal(), reason));
            status = status.with(STOPPING, Optional.of(now.plus(policy.timeout())), "");
        }
    }

    /** Kills a hook that takes too long. */
    void limitHook(List<Action> actions) {
        HookRun run = status.hooks().run().orElseThrow();
        if (run.process().isPresent() && isDue() && !seen.busy()) {
            kill(run.where().group(name), run.point() + " takes too long", actions);
            status = status.with(status.hooks().running(run.asOverdue()))
                    .with(status.state(), Optional.of(now.plus(KILL_AGAIN)), "");
        }
    }

    /** Whether nobody is left in the group; if somebody is, they are killed first. */
    boolean groupIsEmpty(List<Action> actions) {
        if (seen.populated()) {
            kill("its main process is gone", actions);
            return false;
        }
        return !seen.busy();
    }

    void kill(String reason, List<Action> actions) {
        kill(name.value(), reason, actions);
    }

    void kill(String group, String reason, List<Action> actions) {
        if (!seen.busy() && !begun) {
            actions.add(new Action.KillGroup(group, reason));
            begun = true;
        }
    }

    void correctLimits(ServiceSpec service, List<Action> actions) {
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

    boolean isDue() {
        return status.due().map(due -> !now.isBefore(due)).orElse(true);
    }
}
