package io.bulkhead.health;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Evidence;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a command inside its container exits with 0. There is one of them at a time: while one that was killed hasn't ended, that
 * is the answer.
 */
final class ExecQuestion implements Question {
    private static final int SHOWN = 60;
    private static final int KEPT = 1_000;
    private static final int EVIDENCE = 300;
    private static final int SIGKILL = 9;
    /** Between two looks at its output: however much it prints, it costs little, and it needn't wait for us. */
    private static final Duration PAUSE = Duration.ofMillis(2);

    private final ProbeLoop loop;
    private final Linux linux;
    private final Entrants entrants;
    private final Subject subject;
    private final List<String> command;
    private final String name;
    private @Nullable Run current;

    ExecQuestion(ProbeLoop loop, Linux linux, Entrants entrants, Subject subject, List<String> command) {
        this.loop = loop;
        this.linux = linux;
        this.entrants = entrants;
        this.subject = subject;
        this.command = command;
        this.name = "exec " + Evidence.line(String.join(" ", command), SHOWN) + ": ";
    }

    @Override
    public Attempt ask(Duration timeout, Consumer<Answer> told) {
        if (current != null) {
            Timers.Timer answer = loop.after(
                    PAUSE, () -> told.accept(Answer.bad(name + "the last one was killed and has not ended")));
            return answer::cancel;
        }
        Run run = new Run(timeout, told);
        current = run;
        entrants.send(subject, command, timeout, run::launched, run::notLaunched);
        return run;
    }

    /** One run of the command, up to the end of all that it has started. */
    private final class Run implements Attempt {
        private final Duration timeout;
        private final Consumer<Answer> told;
        private final long begun = loop.timers().now();
        private final ByteArrayOutputStream output = new ByteArrayOutputStream();
        private Entrants.@Nullable Entrant entrant;
        private Timers.@Nullable Timer late;
        private Timers.@Nullable Timer pause;
        private boolean answered;

        Run(Duration timeout, Consumer<Answer> told) {
            this.timeout = timeout;
            this.told = told;
        }

        void notLaunched(String why) {
            current = null;
            answer(false, why);
        }

        void launched(Entrants.Entrant running) {
            entrant = running;
            try {
                loop.events().watch(running.pidfd(), this::ended);
            } catch (ErrnoException e) {
                answer(false, String.valueOf(e.getMessage()));
                kill();
                over();
                return;
            }
            if (answered) {
                kill();
                return;
            }
            Duration rest = timeout.minusNanos(loop.timers().now() - begun);
            late = loop.after(rest.isNegative() ? Duration.ZERO : rest, this::late);
            read();
        }

        private void read() {
            pause = null;
            if (entrant == null) {
                return;
            }
            try {
                OptionalInt count = linux.read(entrant.output(), loop.buffer(), ProbeLoop.BUFFER, "output of a probe");
                int keep = Math.min(count.orElse(0), KEPT - output.size());
                byte[] piece = new byte[keep];
                loop.buffer().get(0, piece, 0, keep);
                output.writeBytes(piece);
                if (count.isPresent() && count.getAsInt() == 0) {
                    return; // nobody has the other end
                }
                if (count.isPresent()) {
                    pause = loop.after(PAUSE, this::read);
                } else {
                    loop.events().watch(entrant.output(), this::readable);
                }
            } catch (ErrnoException e) {
                // Then there is less to show.
            }
        }

        private void readable() {
            if (entrant != null) {
                loop.events().unwatch(entrant.output());
                read();
            }
        }

        /** The command has ended; what it has started may not have. */
        private void ended() {
            if (entrant == null) {
                return;
            }
            ExitStatus status;
            try {
                status = linux.processes()
                        .waitStatus(entrant.pidfd())
                        .map(ExitStatus::ofWaitStatus)
                        .orElse(new ExitStatus.Unknown(false));
            } catch (ErrnoException e) {
                status = new ExitStatus.Unknown(false);
            }
            readable();
            answer(status.equals(new ExitStatus.Exited(0)), status.toString());
            over();
        }

        private void late() {
            answer(false, "no end within " + SpecKey.text(timeout));
            kill();
        }

        @Override
        public void cancel() {
            boolean first = !answered;
            answered = true;
            if (first && entrant != null) {
                kill();
            }
        }

        /** With all it has started; that it has ended is noticed in time. */
        private void kill() {
            if (entrant != null) {
                try {
                    linux.processes()
                            .signal(entrant.pidfd(), SIGKILL); // the group is all of it, but not every host has groups
                } catch (ErrnoException e) {
                    // It has ended by itself.
                }
                entrants.end(entrant.group());
            }
        }

        private void answer(boolean good, String how) {
            if (answered) {
                return;
            }
            answered = true;
            byte[] printed = output.toByteArray();
            told.accept(new Answer(good, name + how, good ? "" : Evidence.line(printed, printed.length, EVIDENCE)));
        }

        private void over() {
            if (late != null) {
                late.cancel();
            }
            if (pause != null) {
                pause.cancel();
            }
            if (entrant != null) {
                loop.events().unwatch(entrant.pidfd());
                loop.events().unwatch(entrant.output());
                linux.close(entrant.pidfd());
                linux.close(entrant.output());
                entrants.end(entrant.group());
                entrant = null;
            }
            current = null;
        }
    }
}
