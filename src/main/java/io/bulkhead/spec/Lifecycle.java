package io.bulkhead.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How a service lives: what kind it is, whom it needs, how long it may run.
 *
 * @param kind what its end means
 * @param remain whether a oneshot that has completed counts as running until it is stopped
 * @param dependencies on other services
 * @param health how it is found out whether it is well; empty: it isn't asked
 * @param maxRuntime how long one run may take before it has failed; empty: for ever
 * @param schedule when it is run; there for a scheduled one alone
 * @param hooks what is run around its run
 */
public record Lifecycle(
        Kind kind,
        boolean remain,
        Dependencies dependencies,
        Optional<HealthPolicy> health,
        Optional<Duration> maxRuntime,
        Optional<Schedule> schedule,
        Hooks hooks) {
    public static final Lifecycle DEFAULT = new Lifecycle(
            Kind.SERVICE, false, Dependencies.NONE, Optional.empty(), Optional.empty(), Optional.empty(), Hooks.NONE);

    /** What the end of a service's process means. */
    public enum Kind {
        /** It is to run for ever. */
        SERVICE,
        /** It is to run once, to its end. */
        ONESHOT,
        /** It is to run to its end, again and again at certain times. */
        SCHEDULED
    }

    /** Whether a run is to come to its end by itself. */
    public boolean ends() {
        return kind != Kind.SERVICE;
    }
}
