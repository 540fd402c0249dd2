package io.bulkhead.plan;

import static io.bulkhead.status.ServiceState.BACKOFF;
import static io.bulkhead.status.ServiceState.EXITED;
import static io.bulkhead.status.ServiceState.FATAL;
import static io.bulkhead.status.ServiceState.RUNNING;
import static io.bulkhead.status.ServiceState.STOPPED;
import static io.bulkhead.status.ServiceState.STOPPING;

import io.bulkhead.spec.Limits;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.Progress;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * What becomes of a service whose run has come to an end, by its policy.
 *
 * @param spec empty where it is no longer declared
 * @param random 0 to 1, for the jitter of restarts
 */
record RunEnd(Optional<ServiceSpec> spec, Instant now, DoubleSupplier random) {
    /** What Supervisor says; its users grep for it. */
    static final String TOO_QUICKLY = "Exited too quickly (process log may have details)";

    ServiceStatus notLaunched(ServiceStatus status, ProcessEvent.LaunchFailed failed) {
        ServiceStatus after = status.ended(Optional.empty(), failed.at(), status.shortRuns() + 1)
                .applied(
                        Optional.of(failed.launchHash()), status.appliedLimits().orElse(Limits.NONE), status.stop());
        return notStarted(after, failed.reason());
    }

    /** What has to be done before its launch has failed, or was lost. */
    ServiceStatus notPrepared(ServiceStatus status, String reason) {
        ServiceStatus after = status.ended(Optional.empty(), now, status.shortRuns() + 1);
        return notStarted(after.with(Progress.NONE), reason);
    }

    /** Nothing of it has run, so it hasn't EXITED; nor is retry-after for what isn't to be tried again. */
    private ServiceStatus notStarted(ServiceStatus status, String reason) {
        return isNever() ? status.with(FATAL, Optional.empty(), reason) : backOff(status, reason);
    }

    private boolean isNever() {
        return spec.filter(s -> s.restart().when() == RestartPolicy.When.NEVER).isPresent();
    }

    ServiceStatus ended(ServiceStatus status, ProcessEvent.Ended ended) {
        boolean good = spec.isPresent()
                && status.progress().failure().isEmpty()
                && ran(status, ended).compareTo(spec.get().restart().backoff().resetAfter()) >= 0;
        ServiceStatus after = status.ended(Optional.of(ended.status()), ended.at(), good ? 0 : status.shortRuns() + 1);
        if (status.state() == STOPPING || spec.isEmpty()) {
            return after;
        }
        RestartPolicy policy = spec.get().restart();
        boolean once = spec.get().lifecycle().ends();
        boolean completed = once && ended.status().isSuccess(policy);
        if (completed || !Restarts.wanted(ended.status(), policy)) {
            boolean remains = completed && spec.get().lifecycle().remain();
            return after.with(remains ? RUNNING : EXITED, Optional.empty(), ended.hardship());
        }
        String how = status.state() == RUNNING || once ? "Ended unexpectedly: " + ended.status() : TOO_QUICKLY;
        return backOff(after, how + (ended.hardship().isEmpty() ? "" : "; " + ended.hardship()));
    }

    private Duration ran(ServiceStatus status, ProcessEvent.Ended ended) {
        return Duration.between(status.startedAt().orElse(now), ended.at());
    }

    /** It is down since it has failed though its process lived. */
    ServiceStatus failed(ServiceStatus status, Progress.Failure failure) {
        ServiceStatus after = status.with(Progress.NONE);
        if (failure.fatal()) {
            return fatal(after, failure.reason());
        }
        return isNever() ? after.with(EXITED, Optional.empty(), failure.reason()) : backOff(after, failure.reason());
    }

    /** A run that has failed counts against its configuration until that changes, or somebody says that it doesn't. */
    ServiceStatus noted(ServiceStatus status) {
        boolean failed = switch (status.state()) {
            case BACKOFF, FATAL -> true;
            case EXITED -> spec.isPresent() && !Neighbours.isCompleted(spec.get(), status);
            case STOPPED, STARTING, RUNNING, STOPPING, UNKNOWN -> false;
        };
        if (!failed) {
            return status;
        }
        String how = status.lastExit().map(Object::toString).orElse("it could not be started");
        return status.setBack(status.reason().isEmpty() ? how : status.reason());
    }

    private ServiceStatus backOff(ServiceStatus status, String reason) {
        if (spec.isEmpty()) {
            return status.with(STOPPED);
        }
        RestartPolicy policy = spec.get().restart();
        List<Instant> within = Restarts.within(status.restarts(), policy.limit().window(), now);
        if (Restarts.limitReached(within, policy.limit())) {
            return fatal(status, reason);
        }
        Duration delay = Restarts.delay(status.shortRuns(), policy.backoff(), random.getAsDouble());
        return status.with(BACKOFF, Optional.of(now.plus(delay)), reason);
    }

    private ServiceStatus fatal(ServiceStatus status, String reason) {
        Optional<Instant> again =
                spec.flatMap(s -> s.restart().limit().retryAfter()).map(now::plus);
        return status.with(FATAL, again, reason);
    }
}
