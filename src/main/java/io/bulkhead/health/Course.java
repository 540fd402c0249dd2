package io.bulkhead.health;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The same question again and again, until an answer is the last. Of the loop's thread. */
final class Course {
    private final ProbeLoop loop;
    private final Question question;
    private final Duration timeout;
    private final Function<Answer, Optional<Duration>> taken;
    private Question.@Nullable Attempt attempt;
    private Timers.@Nullable Timer next;

    /** @param taken is told each answer, and says how long to wait with the next question; empty: there is none */
    Course(ProbeLoop loop, Question question, Duration timeout, Function<Answer, Optional<Duration>> taken) {
        this.loop = loop;
        this.question = question;
        this.timeout = timeout;
        this.taken = taken;
    }

    void askAfter(Duration delay) {
        next = loop.after(delay, this::ask);
    }

    private void ask() {
        end(); // it may still be reading what nobody wants
        Consumer<Answer> told = answer -> taken.apply(answer).ifPresent(this::askAfter);
        attempt = question.ask(timeout, told);
    }

    void end() {
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        if (next != null) {
            next.cancel();
            next = null;
        }
    }
}
