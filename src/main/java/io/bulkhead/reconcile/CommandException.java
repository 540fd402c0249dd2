package io.bulkhead.reconcile;

/** A command that was never run, and what a shell would make of it. */
public final class CommandException extends Exception {
    /** What Docker ends with where it has failed itself. */
    public static final int OURS = 125;

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private final int exitCode;

    public CommandException(String message) {
        this(message, OURS);
    }

    private CommandException(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** A launch that failed: at its last step for want of the command, or before. */
    static CommandException notLaunched(String failure) {
        boolean last = failure.startsWith("execve ");
        if (last && (failure.contains(": ENOENT (") || failure.contains(": not found in PATH="))) {
            return new CommandException(failure, NOT_FOUND);
        }
        return new CommandException(failure, last ? NOT_EXECUTABLE : OURS);
    }

    /** 125, 126 where the command can't be executed, 127 where there is none. */
    public int exitCode() {
        return exitCode;
    }
}
