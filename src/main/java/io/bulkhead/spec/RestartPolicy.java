package io.bulkhead.spec;

import java.util.Set;

/**
 * Whether and when a service that ended by itself is started again.
 *
 * @param when which ends are followed by a restart
 * @param successExitCodes exit codes that are no failure, 0 to 255
 * @param backoff the delays
 * @param limit how often before it is FATAL
 * @param on what else it is restarted for
 */
public record RestartPolicy(When when, Set<Integer> successExitCodes, Backoff backoff, Limit limit, Strain on) {
    public static final RestartPolicy DEFAULT =
            new RestartPolicy(When.ALWAYS, Set.of(0), Backoff.DEFAULT, Limit.DEFAULT, Strain.NONE);

    public RestartPolicy {
        successExitCodes = Set.copyOf(successExitCodes);
    }

    /** Which ends are followed by a restart. */
    public enum When {
        ALWAYS,
        ON_FAILURE,
        NEVER
    }

    /**
     * The delay before a restart: none for a service that ran at least {@code resetAfter}; else {@code initial}, then times
     * {@code factor} for each further short run, up to {@code max}.
     *
     * @param initial 0 or more; 0 restarts at once, always
     * @param factor 1 or more
     * @param max {@code initial} or more
     * @param jitter share of the delay by which it varies at random, 0 to 1
     * @param resetAfter how long a run must last to be a good one
     */
    public record Backoff(
            java.time.Duration initial,
            double factor,
            java.time.Duration max,
            double jitter,
            java.time.Duration resetAfter) {
        public static final Backoff DEFAULT = new Backoff(
                java.time.Duration.ofMillis(100),
                2,
                java.time.Duration.ofSeconds(30),
                0.1,
                java.time.Duration.ofSeconds(10));

        public Backoff {
            if (initial.isNegative() || max.compareTo(initial) < 0 || factor < 1 || jitter < 0 || jitter > 1) {
                throw new IllegalArgumentException(
                        "restart.backoff: " + initial + " " + factor + " " + max + " " + jitter);
            }
        }
    }

    /**
     * The service is FATAL once it has been restarted {@code attempts} times within {@code window} and ends again.
     *
     * @param attempts 0: no limit
     * @param retryAfter how long it stays FATAL before it is tried again; empty: until somebody does something
     */
    public record Limit(int attempts, java.time.Duration window, java.util.Optional<java.time.Duration> retryAfter) {
        public static final Limit DEFAULT = new Limit(5, java.time.Duration.ofSeconds(60));

        public Limit(int attempts, java.time.Duration window) {
            this(attempts, window, java.util.Optional.empty());
        }
    }
}
