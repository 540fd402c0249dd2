package io.bulkhead.reconcile;

import io.bulkhead.status.ExitStatus;
import java.util.concurrent.CompletableFuture;

/**
 * A command that runs and is perhaps attended.
 *
 * @param id what it is left by; empty where nobody attends it
 * @param begun completes when it has begun, or has failed to
 * @param end completes with how it ended, or with a {@link CommandException}
 */
public record Session(String id, CompletableFuture<Void> begun, CompletableFuture<ExitStatus> end) {
    /** One that has begun. */
    public Session(String id, CompletableFuture<ExitStatus> end) {
        this(id, CompletableFuture.completedFuture(null), end);
    }
}
