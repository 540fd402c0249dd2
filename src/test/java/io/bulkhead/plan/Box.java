package io.bulkhead.plan;

import io.bulkhead.spec.Hook;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.Signs;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the kernel holds of one service. */
final class Box {
    boolean group;
    Optional<ProcessId> main = Optional.empty();
    /** Processes that are not the main one. */
    boolean others;
    /** A command that has it read its configuration again: one more of them, which ends by itself. */
    boolean reloads;

    Optional<Action> underWay = Optional.empty();
    Optional<ProcessEvent> event = Optional.empty();
    Signs signs = Signs.NONE;
    boolean signalled;
    final HookBox hook = new HookBox();
    Optional<String> strain = Optional.empty();

    boolean populated() {
        return main.isPresent() || others || reloads || hook.isIn(Hook.Where.CONTAINER);
    }

    Observed.Service seen() {
        return new Observed.Service(
                event, group, populated(), List.of(), underWay.isPresent(), signs, hook.event, strain);
    }

    void mainEnds(ExitStatus exit, Instant now) {
        event = Optional.of(new ProcessEvent.Ended(main.orElseThrow(), exit, now));
        main = Optional.empty();
        signs = Signs.NONE;
    }

    /** Nobody has sent the other one a signal. */
    void moves(ProcessId next, boolean lives) {
        ProcessId known =
                event.isPresent() && event.get() instanceof ProcessEvent.Moved move ? move.from() : main.orElseThrow();
        event = Optional.of(new ProcessEvent.Moved(known, next));
        main = Optional.of(next);
        others |= lives;
        signalled = false;
    }

    /** All that is in the group. */
    void kill(Instant now) {
        others = false;
        reloads = false;
        if (main.isPresent()) {
            mainEnds(new ExitStatus.Signaled(9, false, false), now);
        }
    }
}
