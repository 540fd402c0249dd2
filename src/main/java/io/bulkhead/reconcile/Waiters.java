package io.bulkhead.reconcile;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Those who wait for something to be so. Owned by the loop's thread. */
final class Waiters {
    private final List<Waiter> waiters = new ArrayList<>();

    private record Waiter(BooleanSupplier done, CompletableFuture<Void> future) {}

    /** Completes at the first {@link #settle} at which {@code done} holds. */
    CompletableFuture<Void> when(BooleanSupplier done) {
        Waiter waiter = new Waiter(done, new CompletableFuture<>());
        waiters.add(waiter);
        return waiter.future;
    }

    void settle() {
        List<Waiter> settled = new ArrayList<>();
        for (Iterator<Waiter> i = waiters.iterator(); i.hasNext(); ) {
            Waiter waiter = i.next();
            if (waiter.done.getAsBoolean()) {
                settled.add(waiter);
                i.remove();
            }
        }
        // Only after the iteration: a completed future may run what registers the next waiter.
        settled.forEach(waiter -> waiter.future.complete(null));
    }
}
