package io.bulkhead.plan;

import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HookEvent;
import io.bulkhead.status.ProcessId;
import java.time.Instant;
import java.util.Optional;

/** What the kernel holds of a service's hooks, and what has to come before and after what; checked at every step. */
final class HookBox {
    Optional<HookEvent> event = Optional.empty();
    private Optional<ProcessId> process = Optional.empty();
    private Optional<Action.RunHook> run = Optional.empty();
    private Hooks hooks = Hooks.NONE;
    private boolean signalled;
    /** A pre-start has succeeded, and nothing was launched since. */
    private boolean prepared;
    /** A start was begun, and no post-stop has been run since. */
    private boolean owed;

    void begin(Action.RunHook action) {
        Model.check(isIdle(), action.target() + " has two hooks");
        hooks = action.spec().lifecycle().hooks();
        if (action.point() == HookPoint.PRE_START) {
            rests();
            owed = true;
        } else {
            Model.check(owed, action.target() + " has a post-stop that nothing was before");
        }
    }

    void start(ServiceSpec spec) {
        Model.check(isIdle(), spec.name() + " is started beside a hook");
        hooks = spec.lifecycle().hooks();
        if (hooks.preStart().isPresent()) {
            Model.check(prepared, spec.name() + " is started without its pre-start");
        } else {
            rests();
        }
        prepared = false;
        owed = true;
    }

    /** There must be nothing left to be done. */
    void rests() {
        Model.check(!owed || hooks.postStop().isEmpty(), "a post-stop was left out");
    }

    void launched(Action.RunHook action, Optional<ProcessId> id, Instant now) {
        process = id;
        run = Optional.of(action);
        signalled = false;
        event = Optional.of(
                id.isPresent()
                        ? new HookEvent.Launched(id.get(), now)
                        : new HookEvent.NotLaunched("as the model says", now));
        if (id.isEmpty()) {
            over(false);
        }
    }

    boolean ends(ExitStatus exit, Instant now) {
        if (process.isEmpty() || event.isPresent()) {
            return false;
        }
        event = Optional.of(new HookEvent.Ended(process.get(), exit, now, ""));
        over(exit.equals(new ExitStatus.Exited(0)));
        return true;
    }

    private void over(boolean well) {
        HookPoint point = run.orElseThrow().point();
        prepared = point == HookPoint.PRE_START && well;
        owed &= point == HookPoint.PRE_START;
        process = Optional.empty();
        run = Optional.empty();
    }

    boolean signal(ProcessId id) {
        boolean mine = process.equals(Optional.of(id));
        signalled |= mine;
        return mine;
    }

    boolean isSignalled() {
        return signalled && process.isPresent();
    }

    boolean isIn(Hook.Where where) {
        return process.isPresent() && run.orElseThrow().hook().where() == where;
    }

    boolean isIdle() {
        return process.isEmpty() && event.isEmpty();
    }
}
