package io.bulkhead.plan;

import static io.bulkhead.status.ServiceState.STARTING;
import static io.bulkhead.status.ServiceState.STOPPING;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HookEvent;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.HookStatus;
import io.bulkhead.status.ServiceStatus;
import java.util.Optional;

/**
 * What the commands around a service's run mean for its status.
 *
 * @param spec as declared, or as it was last, where it isn't any more
 */
record HookSteps(Optional<ServiceSpec> spec) {
    Optional<Hook> at(HookPoint point) {
        return spec.flatMap(s -> s.lifecycle().hooks().at(point));
    }

    /** Whether {@code post-stop} has to be run before it is down. */
    boolean owes(ServiceStatus status) {
        return status.hooks().owed() && at(HookPoint.POST_STOP).isPresent();
    }

    /** A run that is over isn't over before {@code post-stop} is. */
    ServiceStatus settled(ServiceStatus after) {
        boolean over = switch (after.state()) {
            case STOPPED, BACKOFF, EXITED, FATAL -> true;
            case STARTING, RUNNING, STOPPING, UNKNOWN -> false;
        };
        if (!over || !after.hooks().owed()) {
            return after;
        }
        return owes(after) ? after.heldBack() : after.with(HookStatus.NONE);
    }

    /** What happened to its hook. */
    ServiceStatus take(ServiceStatus status, HookEvent event, RunEnd end) {
        HookRun run = status.hooks().run().orElse(null);
        if (run == null) {
            return status;
        }
        if (event instanceof HookEvent.Launched launched) {
            return status.with(status.hooks().running(run.launched(launched.process())))
                    .with(status.state(), Optional.of(launched.at().plus(run.timeout())), "");
        }
        if (run.point() == HookPoint.POST_STOP) {
            return status.with(status.hooks().followed()).with(status.state());
        }
        ServiceStatus idle = status.with(status.hooks().idle());
        if (status.state() != STARTING) {
            return idle.with(STOPPING); // it was ended because the service is not to run any more
        }
        String failure = failure(run, event);
        return failure.isEmpty() ? idle.with(STARTING) : settled(end.notPrepared(idle, failure));
    }

    /** Empty where it has done what it was to do. */
    static String failure(HookRun run, HookEvent event) {
        if (event instanceof HookEvent.NotLaunched failed) {
            return run.point() + ": " + failed.reason();
        }
        if (run.overdue()) {
            return run.point() + " took longer than " + SpecKey.text(run.timeout());
        }
        if (event instanceof HookEvent.Ended ended && !ended.status().equals(new ExitStatus.Exited(0))) {
            String hardship = ended.hardship().isEmpty() ? "" : "; " + ended.hardship();
            return run.point() + " failed: " + ended.status() + hardship;
        }
        return "";
    }
}
