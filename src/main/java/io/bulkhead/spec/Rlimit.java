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

    /** The kernel's resources. */
    public enum Resource {
        CPU(0),
        FSIZE(1),
        DATA(2),
        STACK(3),
        CORE(4),
        RSS(5),
        NPROC(6),
        NOFILE(7),
        MEMLOCK(8),
        AS(9),
        LOCKS(10),
        SIGPENDING(11),
        MSGQUEUE(12),
        NICE(13),
        RTPRIO(14),
        RTTIME(15);

        private final int number;

        Resource(int number) {
            this.number = number;
        }

        /** As the kernel numbers it. */
        public int number() {
            return number;
        }

        /** As the configuration names it: {@code nofile}. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
