package io.bulkhead.launch;

import java.time.Duration;

/** A launch that failed; the message names the step, its object and why: {@code pivot_root /srv/web: EINVAL (…)}. */
public final class LaunchException extends Exception {
    public LaunchException(String message) {
        super(message);
    }

    static LaunchException overdue(String step, Duration timeout) {
        return new LaunchException(step + ": still not done after " + timeout.toMillis() + " ms (start.timeout)");
    }
}
