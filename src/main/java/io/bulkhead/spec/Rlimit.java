package io.bulkhead.spec;

/**
 * One resource limit of the process itself, {@code setrlimit(2)}.
 *
 * @param resource which
 * @param soft at most {@code hard}; {@link #UNLIMITED} for none; in the resource's own unit (bytes, seconds, a count)
 * @param hard {@link #UNLIMITED} for none
 */
public record Rlimit(Resource resource, long soft, long hard) {
    /** RLIM_INFINITY as the kernel has it: all bits set. */
    public static final long UNLIMITED = -1L;

    public Rlimit {
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw new IllegalArgumentException("rlimits." + resource.key() + ": soft is above hard");
        }
    }

    /** The kernel's resources, in the order of their numbers (the ordinal is the kernel's number). */
    public enum Resource {
        CPU,
        FSIZE,
        DATA,
        STACK,
        CORE,
        RSS,
        NPROC,
        NOFILE,
        MEMLOCK,
        AS,
        LOCKS,
        SIGPENDING,
        MSGQUEUE,
        NICE,
        RTPRIO,
        RTTIME;

        /** As the configuration names it: {@code nofile}. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
