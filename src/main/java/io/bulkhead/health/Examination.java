package io.bulkhead.health;

import io.bulkhead.health.Prober.Change;
import io.bulkhead.spec.Evidence;
import io.bulkhead.spec.HealthPolicy;
import io.bulkhead.spec.Probe;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.StartPolicy;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ProcessId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a service is asked from a launch to the end of its main process, which may be another by then. Of the loop's
 * thread, but for what it is made of, {@link #findings}, and which process that is.
 */
final class Examination {
    /** Of a probe for readiness, which has no key of its own. */
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration READY_LONGEST = Duration.ofSeconds(1);

    private static final int LONGEST_SHOWN = 60;

    private final ProbeLoop loop;
    private final Questions questions;
    private final NotifySockets sockets;
    private final Listener listener;
    private final ProcessId first;
    private final Nominees nominees = new Nominees();
    private final long madeAt;
    private Subject subject;
    private @Nullable Course ready;
    private @Nullable Course health;
    private @Nullable Silence silence;
    private int asked;
    private String phase = "";
    private String status = "";
    private boolean over;
    private volatile Main main;
    private volatile Findings findings;

    /** @param before whose place it has taken, or itself */
    private record Main(ProcessId process, ProcessId before) {}

    /** Who is told, by the loop's thread. */
    interface Listener {
        void changed(Change change);

        /** As {@link Prober.Listener#named}. */
        void named(List<Integer> pids);
    }

    Examination(Subject subject, ProbeLoop loop, Questions questions, NotifySockets sockets, Listener listener) {
        this.subject = subject;
        this.loop = loop;
        this.questions = questions;
        this.sockets = sockets;
        this.listener = listener;
        this.first = subject.process();
        this.main = new Main(first, first);
        this.madeAt = loop.timers().now();
        HealthState state = subject.spec().health().isPresent() ? HealthState.STARTING : HealthState.NONE;
        this.findings = Findings.begun(subject.ready(), state);
    }

    /** The process with which it began: what it is known by. */
    ProcessId first() {
        return first;
    }

    /** Whether that is the main process; the one before it is for a moment still taken for it. */
    boolean isOf(ProcessId process) {
        Main now = main;
        return process.equals(now.process) || process.equals(now.before);
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

    /** Another process is the main one; for any thread, and to be followed by {@link #move}. */
    void announce(ProcessId next) {
        main = new Main(next, main.process);
    }

    /**
     * What has been found stays; who asks is to ask the other one.
     *
     * @return the descriptor of the one before, of no use from now on
     */
    int move(ProcessId next, int pidfd, String how) {
        int before = subject.pidfd();
        subject = subject.with(next, pidfd);
        findings = findings.succeeded(how);
        ready = ended(ready);
        health = ended(health);
        beginReadiness();
        beginHealth();
        return before;
    }

    /** Has {@code done} run once all is heard that it has said before. */
    void drain(Runnable done) {
        if (over) {
            done.run();
        } else {
            sockets.drain(subject.spec().name(), done);
        }
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
        endCourses(true, true);
        sockets.ignore(subject.spec().name());
    }

    void printed(String line) {
        if (!findings.ready() && subject.spec().readyLine().isPresent()) {
            String shown = Evidence.line(line, LONGEST_SHOWN);
            becomeReady("it printed \"" + shown + "\" after " + shown(age()), "");
        }
    }

    private Duration hear(List<NotifyMessage> messages) {
        messages.forEach(this::hear);
        List<Integer> pids = nominees.in(messages, subject.spec(), main.process.pid());
        if (pids.isEmpty()) {
            return Duration.ZERO;
        }
        listener.named(pids);
        return nominees.rest(loop.timers().now());
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
        if (readiness) {
            ready = ended(ready);
        }
        if (condition) {
            health = ended(health);
        }
        if (condition && silence != null) {
            silence.end();
            silence = null;
        }
    }

    private static @Nullable Course ended(@Nullable Course course) {
        if (course != null) {
            course.end();
        }
        return null;
    }

    private Duration age() {
        return subject.age().plusNanos(loop.timers().now() - madeAt);
    }

    /** What is left of the time after which one counts as ready that isn't asked whether it is. */
    private Duration untilReady() {
        StartPolicy start = subject.spec().start();
        Duration left = start.readyAfter().minus(age());
        return subject.ready() || start.ready().isPresent() || left.isNegative() ? Duration.ZERO : left;
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
        listener.changed(new Change("ready", "not ready", "ready", why, evidence));
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
        Duration wait = untilReady();
        Duration patience = policy.get().startPeriod().minus(age());
        if (policy.get().probe() instanceof Probe.Watchdog watchdog) {
            silence = new Silence(loop, watchdog.within(), (state, why) -> toHealth(state, why, ""));
            silence.begin(patience.compareTo(wait) > 0 ? patience : wait);
            return;
        }
        Duration shortest = Questions.shortestPause(policy.get().probe());
        questions.of(policy.get().probe(), subject).ifPresent(question -> {
            long begun = loop.timers().now() + wait.toNanos();
            Streak answers = new Streak(policy.get(), shortest, patience.minus(wait), findings.health());
            health = new Course(loop, question, policy.get().timeout(), answer -> {
                Duration since = Duration.ofNanos(loop.timers().now() - begun);
                answers.take(answer.good(), since);
                takeHealth(answer, answers);
                return Optional.of(answers.pause(since));
            });
            health.askAfter(wait.plus(shortest));
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
            listener.changed(new Change("health", name(before), name(next), text, evidence));
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
