package io.bulkhead.reconcile;

/**
 * What came of a command for one service.
 *
 * @param name as it is to be shown
 * @param detail more about a failure ({@code execve /bin/nosuch: ENOENT …}), or empty
 */
public record Outcome(String name, Result result, String detail) {
    public Outcome(String name, Result result) {
        this(name, result, "");
    }

    /** Every answer there is. */
    public enum Result {
        STARTED,
        STOPPED,
        SIGNALLED,
        CLEARED,
        PAUSED,
        RESUMED,
        RELOADED,
        ADDED,
        REMOVED,
        UPDATED,
        NO_SUCH_PROCESS,
        NO_SUCH_GROUP,
        ALREADY_STARTED,
        ALREADY_ADDED,
        STILL_RUNNING,
        NOT_RUNNING,
        SPAWN_ERROR,
        ABNORMAL_TERMINATION,
        /** It is to be restarted when its turn comes. */
        RESTARTING,
        /** It was to be restarted, and runs on, since another has failed that was. */
        ROLL_HALTED,
        /** Anything else; the detail says what. */
        FAILED
    }
}
