package io.bulkhead.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How a service is stopped: by {@code signal} to its process, or by a command in its place; then after {@code timeout} SIGKILL to
 * all in its cgroup.
 *
 * @param timeout 0 or more; 0 kills at once
 * @param command the signal is sent where it fails; its timeout is that of the stop
 */
public record StopPolicy(Signal signal, Duration timeout, Optional<Hook> command) {
    public static final StopPolicy DEFAULT = new StopPolicy(Signal.TERM, Duration.ofSeconds(10));

    public StopPolicy(Signal signal, Duration timeout) {
        this(signal, timeout, Optional.empty());
    }
}
