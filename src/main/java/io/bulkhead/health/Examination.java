package io.bulkhead.health;

import io.bulkhead.health.Prober.Change;
import io.bulkhead.spec.Evidence;
import io.bulkhead.spec.HealthPolicy;
import io.bulkhead.spec.Probe;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ProcessId;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All that one process is asked. Of the loop's thread, but for what it is made of and {@link #findings}. */
final class Examination {
    /** Of a probe for readiness, which has no key of its own. */
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration READY_LONGEST = Duration.ofSeconds(1);

    private static final int LONGEST_SHOWN = 60;

    private final ProbeLoop loop;
    private final Questions questions;
    private final NotifySockets sockets;
    private final Consumer<Change> listener;
    private final long madeAt;
    private Subject subject;
    private @Nullable Course ready;
    private @Nullable Course health;
    private @Nullable Silence silence;
    private int asked;
    private String phase = "";
    private String status = "";
    private volatile Findings findings;

    Examination(
            Subject subject, ProbeLoop loop, Questions questions, NotifySockets sockets, Consumer<Change> listener) {
        this.subject = subject;
        this.loop = loop;
        this.questions = questions;
        this.sockets = sockets;
        this.listener = listener;
        this.madeAt = loop.timers().now();
        HealthState state = subject.spec().health().isPresent() ? HealthState.STARTING : HealthState.NONE;
        this.findings = Findings.begun(subject.ready(), state);
    }

    ProcessId process() {
        return subject.process();
    }

    int pidfd() {
        return subject.pidfd();
    }

    Findings findings() {
        return findings;
    }

    void begin() {
        beginReadiness();
        beginHealth();
        if (subject.spec().notifies()) {
            sockets.hear(subject.spec().name(), this::hear);
        }
    }

    void end() {
        endCourses(true, true);
        sockets.ignore(subject.spec().name());
    }

    void printed(String line) {
        if (!findings.ready() && subject.spec().readyLine().isPresent()) {
            String shown = Evidence.line(line, LONGEST_SHOWN);
            becomeReady("it printed \"" + shown + "\" after " + shown(age()), "");
        }
    }

    private void hear(NotifyMessage message) {
        if (message.status().isPresent() || message.ready() || message.reloading() || message.stopping()) {
            phase = message.stopping() ? "stopping" : message.reloading() ? "reloading" : message.ready() ? "" : phase;
            status = message.status().orElse(status);
            findings = findings.saying(phase + (phase.isEmpty() || status.isEmpty() ? "" : ": ") + status);
        }
        if (!findings.ready()) {
            message.extend()
                    .ifPresent(more -> findings = findings.until(Instant.now().plus(more)));
        }
        if (message.ready() && subject.tellsReadiness() && !findings.ready()) {
            becomeReady("it said READY=1 after " + shown(age()), "");
        }
        if (silence != null) {
            silence.hear(message);
        }
    }

    /** A probe that has changed begins anew; who was ready stays so. */
    void update(ServiceSpec next) {
        ServiceSpec before = subject.spec();
        subject = subject.with(next);
        boolean readiness = !next.start().ready().equals(before.start().ready());
        boolean condition = !next.health().equals(before.health());
        endCourses(readiness, condition);
        if (!next.health().map(HealthPolicy::probe).equals(before.health().map(HealthPolicy::probe))) {
            toHealth(next.health().isPresent() ? HealthState.STARTING : HealthState.NONE, "", "");
        }
        if (readiness) {
            beginReadiness();
        }
        if (condition || readiness) {
            beginHealth();
        }
    }

    private void endCourses(boolean readiness, boolean condition) {
        if (readiness && ready != null) {
            ready.end();
            ready = null;
        }
        if (condition && health != null) {
            health.end();
            health = null;
        }
        if (condition && silence != null) {
            silence.end();
            silence = null;
        }
    }

    private Duration age() {
        return subject.age().plusNanos(loop.timers().now() - madeAt);
    }

    private Optional<Probe> readyProbe() {
        return findings.ready() ? Optional.empty() : subject.spec().start().ready();
    }

    private void beginReadiness() {
        if (subject.tellsReadiness() && !findings.ready()) {
            findings = findings.withReadiness(false, "it has not said READY=1", "");
        }
        subject.spec().readyLine().filter(line -> !findings.ready()).ifPresent(regex -> {
            String shown = Evidence.line(regex, LONGEST_SHOWN);
            findings = findings.withReadiness(false, "no line of its output matches \"" + shown + '"', "");
        });
        Duration shortest = readyProbe().map(Questions::shortestPause).orElse(Duration.ZERO);
        readyProbe().flatMap(probe -> questions.of(probe, subject)).ifPresent(question -> {
            asked = 0;
            Pace pace = new Pace(shortest, READY_LONGEST);
            long begun = loop.timers().now();
            ready = new Course(loop, question, READY_TIMEOUT, answer -> {
                Duration since = Duration.ofNanos(loop.timers().now() - begun);
                takeReadiness(answer, since);
                return answer.good() ? Optional.empty() : Optional.of(pace.pause(since));
            });
            ready.askAfter(shortest);
        });
    }

    private void takeReadiness(Answer answer, Duration since) {
        asked++;
        String text = answer.text() + ", asked " + asked + (asked == 1 ? " time in " : " times in ") + shown(since);
        if (answer.good()) {
            becomeReady(text, answer.evidence());
        } else {
            findings = findings.withReadiness(false, text, answer.evidence());
        }
    }

    private void becomeReady(String why, String evidence) {
        findings = findings.withReadiness(true, why, evidence);
        listener.accept(new Change("ready", "not ready", "ready", why, evidence));
        beginHealth();
    }

    /** It is asked whether it is well only once it is ready: until then, start.timeout guards it. */
    private void beginHealth() {
        Optional<HealthPolicy> policy = subject.spec().health();
        if (health != null
                || silence != null
                || policy.isEmpty()
                || readyProbe().isPresent()) {
            return;
        }
        if (policy.get().probe() instanceof Probe.Watchdog watchdog) {
            silence = new Silence(loop, watchdog.within(), (state, why) -> toHealth(state, why, ""));
            silence.begin(policy.get().startPeriod().minus(age()));
            return;
        }
        Duration shortest = Questions.shortestPause(policy.get().probe());
        questions.of(policy.get().probe(), subject).ifPresent(question -> {
            long begun = loop.timers().now();
            Streak answers = new Streak(
                    policy.get(), shortest, policy.get().startPeriod().minus(age()), findings.health());
            health = new Course(loop, question, policy.get().timeout(), answer -> {
                Duration since = Duration.ofNanos(loop.timers().now() - begun);
                answers.take(answer.good(), since);
                takeHealth(answer, answers);
                return Optional.of(answers.pause(since));
            });
            health.askAfter(shortest);
        });
    }

    private void takeHealth(Answer answer, Streak answers) {
        int inARow = answers.inARow();
        String text = answer.text() + (inARow > 1 ? ", " + inARow + " times in a row" : "");
        toHealth(answers.state(), text, answer.evidence());
    }

    private void toHealth(HealthState next, String text, String evidence) {
        HealthState before = findings.health();
        findings = findings.withHealth(next, text, evidence);
        if (before != next) {
            listener.accept(new Change("health", name(before), name(next), text, evidence));
        }
    }

    private static String name(HealthState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** As exactly as anybody wants to know. */
    private static String shown(Duration duration) {
        return duration.toSeconds() > 0
                ? duration.toSeconds() + " s"
                : SpecKey.text(Duration.ofMillis(duration.toMillis()));
    }
}
