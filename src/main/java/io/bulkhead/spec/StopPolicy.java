package io.bulkhead.spec;

import java.time.Duration;

/**
 * How a service is stopped: {@code signal} to its process, then after {@code timeout} SIGKILL to all in its cgroup.
 *
 * @param timeout 0 or more; 0 kills at once
 */
public record StopPolicy(Signal signal, Duration timeout) {
    public static final StopPolicy DEFAULT = new StopPolicy(Signal.TERM, Duration.ofSeconds(10));
}
