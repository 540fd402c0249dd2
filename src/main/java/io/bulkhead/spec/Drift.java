package io.bulkhead.spec;

/** What becomes of a kernel value that differs from the declared one though nobody changed the configuration. */
public enum Drift {
    /** Write the declared value again and log old and new. */
    ENFORCE,
    /** Log it once and leave it. */
    WARN,
    /** Leave it. */
    IGNORE
}
