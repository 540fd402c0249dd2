package io.bulkhead.status;

import java.util.Optional;

/**
 * How far a service has come, beyond its state.
 *
 * @param ready whether its process has been found ready by a probe; false where it isn't asked
 * @param health of its process
 * @param failure why it is being stopped though it is to run
 * @param waiting what keeps it from being started
 */
public record Progress(boolean ready, HealthState health, Optional<Failure> failure, Optional<Waiting> waiting) {
    public static final Progress NONE = new Progress(false, HealthState.NONE, Optional.empty(), Optional.empty());

    /**
     * Something other than its end by which a run has failed.
     *
     * @param fatal whether it isn't to be tried again
     */
    public record Failure(String reason, boolean fatal) {}

    /**
     * Something that must be so before it is started.
     *
     * @param reason in words: {@code waits for db to be ready, which is STARTING}
     * @param hope whether that will come to be by itself
     */
    public record Waiting(String reason, Hope hope) {
        public boolean hopeless() {
            return hope == Hope.NONE;
        }

        /** Whether who asked for it has waited long enough to be answered. */
        public boolean decided() {
            return hope != Hope.SOON;
        }
    }

    /** Of what is waited for. */
    public enum Hope {
        /** It is on its way. */
        SOON,
        /** It has failed and is tried again, or its time has not come: nobody knows when, if ever. */
        LATER,
        /** Not unless somebody does something. */
        NONE
    }

    public Progress asReady() {
        return new Progress(true, health, failure, waiting);
    }

    public Progress with(HealthState next) {
        return next == health ? this : new Progress(ready, next, failure, waiting);
    }

    public Progress failing(Failure why) {
        return new Progress(ready, health, Optional.of(why), waiting);
    }

    public Progress waitingFor(Optional<Waiting> what) {
        return what.equals(waiting) ? this : new Progress(ready, health, failure, what);
    }

    /** Of the next process, or of none. */
    public Progress ended() {
        return failure.isEmpty() ? NONE : new Progress(false, HealthState.NONE, failure, Optional.empty());
    }
}
