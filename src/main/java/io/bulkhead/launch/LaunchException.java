package io.bulkhead.launch;

/** A launch that failed; the message names the step, its object and why: {@code pivot_root /srv/web: EINVAL (…)}. */
public final class LaunchException extends Exception {
    public LaunchException(String message) {
        super(message);
    }
}
