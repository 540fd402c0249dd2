package io.bulkhead.logs;

/** Somebody who can wait for the end of a process; for any thread. */
public interface EndWatcher {
    /**
     * Waits without blocking the caller.
     *
     * @param pidfd of the process, the watcher's to close
     * @param ended to be run when it has ended
     */
    void watch(int pidfd, Runnable ended);
}
