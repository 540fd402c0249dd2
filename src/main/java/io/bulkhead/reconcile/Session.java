package io.bulkhead.reconcile;

import io.bulkhead.status.ExitStatus;
import java.util.concurrent.CompletableFuture;

/**
 * A command that runs and is perhaps attended.
 *
 * @param id what it is left by; empty where nobody attends it
 * @param end completes with how it ended
 */
public record Session(String id, CompletableFuture<ExitStatus> end) {}
