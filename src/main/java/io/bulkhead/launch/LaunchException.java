package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import java.time.Duration;

/** A launch that failed; the message names the step, its object and why: {@code pivot_root /srv/web: EINVAL (…)}. */
public final class LaunchException extends Exception {
    private final boolean refusedProgram;
    private final boolean overdue;

    public LaunchException(String message) {
        this(message, false, false);
    }

    private LaunchException(String message, boolean refusedProgram, boolean overdue) {
        super(message);
        this.refusedProgram = refusedProgram;
        this.overdue = overdue;
    }

    static LaunchException of(ErrnoException e) {
        return new LaunchException(e.getMessage(), e.operation().startsWith("execve "), false);
    }

    /** The same, with what was found out about it. */
    public LaunchException because(String why) {
        return new LaunchException(getMessage() + ": " + why, refusedProgram, overdue);
    }

    /** The same, where it took too long with the key that says how long it may. */
    public LaunchException limitedBy(String key) {
        return overdue ? new LaunchException(getMessage() + " (" + key + ")", refusedProgram, true) : this;
    }

    /** Whether all was well but for the program itself, or what it needs. */
    public boolean refusedProgram() {
        return refusedProgram;
    }

    static LaunchException overdue(String step, Duration timeout) {
        return new LaunchException(step + ": still not done after " + timeout.toMillis() + " ms", false, true);
    }
}
