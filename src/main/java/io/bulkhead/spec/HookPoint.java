package io.bulkhead.spec;

/** When, around a service's run, a command of its configuration is run. */
public enum HookPoint {
    /** Before each start, restarts included: it has to succeed, or the start has failed. */
    PRE_START("pre-start"),
    /** After each start that was begun, once nothing of the service is left: its failure is told, and no more. */
    POST_STOP("post-stop");

    private final String key;

    HookPoint(String key) {
        this.key = key;
    }

    /** The key of a service, and what operators read. */
    @Override
    public String toString() {
        return key;
    }
}
