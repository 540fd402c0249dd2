package io.bulkhead.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * When a start counts as done.
 *
 * @param readyAfter how long the process must have lived to be RUNNING, where it isn't asked; 0 or more
 * @param timeout how long a launch may take up to {@code execve}, and then the service to be ready; above 0
 * @param ready what it is asked; empty: nothing, {@code readyAfter} counts
 * @param onFailure what is done about a service that isn't ready in time
 */
public record StartPolicy(
        Duration readyAfter, Duration timeout, Optional<Probe> ready, HealthPolicy.OnFailure onFailure) {
    public static final StartPolicy DEFAULT = new StartPolicy(
            Duration.ofSeconds(1), Duration.ofSeconds(30), Optional.empty(), HealthPolicy.OnFailure.RESTART);
}
