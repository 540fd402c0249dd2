package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.Reload;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What operators ask of processes that run, one service at a time. For the loop's thread. */
final class RunningServices {
    /** A process that waits inside the kernel can't stand still before that is over. */
    private static final Duration FREEZING = Duration.ofSeconds(5);

    private final Reconciler reconciler;
    private final Supplier<ServiceNames> names;

    RunningServices(Reconciler reconciler, Supplier<ServiceNames> names) {
        this.reconciler = reconciler;
        this.names = names;
    }

    CompletableFuture<Outcome> signal(ServiceName name, Signal signal) {
        return done(outcome(name, reconciler.send(name, signal) ? Result.SIGNALLED : Result.NOT_RUNNING));
    }

    /** Has it read its own configuration again. */
    CompletableFuture<Outcome> reload(ServiceName name) {
        Optional<ServiceSpec> spec = reconciler.desired().spec(name);
        Optional<WatchedProcess> main = reconciler.process(name);
        if (spec.isEmpty() || main.isEmpty()) {
            return done(outcome(name, Result.NOT_RUNNING));
        }
        Reload reload = spec.get().lifecycle().hooks().reload();
        if (reload.signal().isPresent()) {
            boolean sent = reconciler.send(name, reload.signal().get());
            return done(outcome(name, sent ? Result.RELOADED : Result.NOT_RUNNING));
        }
        if (reload.command().isEmpty()) {
            return done(outcome(name, Result.FAILED, "it has neither reload.command nor reload.signal"));
        }
        if (reconciler.paused().contains(name)) {
            return done(outcome(name, Result.FAILED, "it is paused"));
        }
        CompletableFuture<Outcome> told = new CompletableFuture<>();
        reconciler
                .reloads()
                .begin(
                        spec.get(),
                        reload.command().get(),
                        main.get().id(),
                        failure -> told.complete(failure.map(why -> outcome(name, why.result(), why.detail()))
                                .orElseGet(() -> outcome(name, Result.RELOADED))));
        return told;
    }

    /** Has all its processes stand still, or go on, and waits until they do. */
    CompletableFuture<Outcome> freeze(ServiceName name, boolean pause) {
        if (reconciler.process(name).isEmpty()) {
            return done(outcome(name, Result.NOT_RUNNING));
        }
        try {
            if (pause) {
                reconciler.pause(name);
            } else {
                reconciler.resume(name);
            }
        } catch (ErrnoException e) {
            return done(outcome(name, Result.FAILED, String.valueOf(e.getMessage())));
        }
        Instant patience = Instant.now().plus(FREEZING);
        return reconciler
                .when(() -> reconciler.isPaused(name) == pause
                        || reconciler.process(name).isEmpty()
                        || Instant.now().isAfter(patience))
                .thenApply(nothing -> frozen(name, pause));
    }

    private Outcome frozen(ServiceName name, boolean pause) {
        if (reconciler.process(name).isEmpty()) {
            return outcome(name, Result.NOT_RUNNING);
        }
        if (reconciler.isPaused(name) != pause) {
            return outcome(name, Result.FAILED, "not all of its processes could be stopped yet; they will be");
        }
        return outcome(name, pause ? Result.PAUSED : Result.RESUMED);
    }

    private Outcome outcome(ServiceName name, Result result) {
        return outcome(name, result, "");
    }

    private Outcome outcome(ServiceName name, Result result, String detail) {
        return new Outcome(names.get().shown(name), result, detail);
    }

    private static CompletableFuture<Outcome> done(Outcome outcome) {
        return CompletableFuture.completedFuture(outcome);
    }
}
