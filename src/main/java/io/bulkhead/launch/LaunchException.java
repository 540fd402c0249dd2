package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import java.time.Duration;

/** A launch that failed; the message names the step, its object and why: {@code pivot_root /srv/web: EINVAL (…)}. */
public final class LaunchException extends Exception {
    private final boolean refusedProgram;

    public LaunchException(String message) {
        this(message, false);
    }

    private LaunchException(String message, boolean refusedProgram) {
        super(message);
        this.refusedProgram = refusedProgram;
    }

    static LaunchException of(ErrnoException e) {
        return new LaunchException(e.getMessage(), e.operation().startsWith("execve "));
    }

    /** The same, with what was found out about it. */
    public LaunchException because(String why) {
        return new LaunchException(getMessage() + ": " + why, refusedProgram);
    }

    /** Whether all was well but for the program itself, or what it needs. */
    public boolean refusedProgram() {
        return refusedProgram;
    }

    static LaunchException overdue(String step, Duration timeout) {
        return new LaunchException(step + ": still not done after " + timeout.toMillis() + " ms (start.timeout)");
    }
}
