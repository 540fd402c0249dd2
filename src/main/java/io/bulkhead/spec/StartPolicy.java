package io.bulkhead.spec;

import java.time.Duration;

/**
 * When a start counts as done.
 *
 * @param readyAfter how long the process must have lived to be RUNNING; 0 or more
 * @param timeout how long a launch may take up to {@code execve}; above 0
 */
public record StartPolicy(Duration readyAfter, Duration timeout) {
    public static final StartPolicy DEFAULT = new StartPolicy(Duration.ofSeconds(1), Duration.ofSeconds(30));
}
