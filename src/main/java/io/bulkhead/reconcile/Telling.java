package io.bulkhead.reconcile;

import io.bulkhead.health.Findings;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.Progress;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is told of a service, from what is remembered of it and what it has answered. */
record Telling(ServiceStatus status, Findings findings) {
    ServiceReport report(Instance instance, boolean paused) {
        return new ServiceReport(
                instance,
                status.state(),
                status.process(),
                status.startedAt(),
                status.endedAt(),
                status.lastExit(),
                status.restartCount(),
                nextStart(),
                paused ? "paused" : reason(),
                status.state() == ServiceState.FATAL && status.launchHash().isEmpty(),
                roll(),
                new ServiceReport.Vitals(
                        status.state() == ServiceState.RUNNING,
                        findings.health(),
                        findings.condition(),
                        findings.says(),
                        findings.lines()));
    }

    private Optional<Instant> nextStart() {
        boolean again = status.state() == ServiceState.BACKOFF || status.state() == ServiceState.FATAL;
        return again && status.due().isPresent() ? status.due() : status.turn().flatMap(Turn::next);
    }

    private ServiceReport.Roll roll() {
        Optional<Progress.Waiting> turn =
                status.progress().waiting().filter(waiting -> status.process().isPresent());
        return turn.map(t -> t.hopeless() ? ServiceReport.Roll.HALTED : ServiceReport.Roll.WAITING)
                .orElse(ServiceReport.Roll.NONE);
    }

    private String reason() {
        Optional<HookRun> hook = status.hooks().run();
        if (hook.isPresent()) {
            return hook.get().point()
                    + hook.get().process().map(id -> ", pid " + id).orElse("");
        }
        if (status.state() == ServiceState.STARTING
                && status.reason().isEmpty()
                && !findings.readiness().isEmpty()) {
            return notReady();
        }
        String waits = status.progress().waiting().map(Progress.Waiting::reason).orElse("");
        return status.reason() + (status.reason().isEmpty() || waits.isEmpty() ? "" : "; ") + waits;
    }

    private String notReady() {
        Optional<Instant> fails = findings.readyBy()
                .filter(by -> status.due().filter(by::isBefore).isEmpty())
                .or(status::due);
        Optional<Duration> until = fails.flatMap(due -> status.startedAt().map(start -> Duration.between(start, due)))
                .map(time -> Duration.ofMillis(time.toMillis()));
        return "not ready: " + findings.readiness()
                + until.map(time -> "; it fails " + SpecKey.text(time) + " after its start")
                        .orElse("")
                + (findings.says().isEmpty() ? "" : "; it says: " + findings.says());
    }
}
