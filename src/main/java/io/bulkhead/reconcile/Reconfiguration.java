package io.bulkhead.reconcile;

import io.bulkhead.generations.Generation;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Instance;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What an operator can ask of the configuration: {@link Operations}' rules hold. Each change of what is in force makes a
 * {@link Generation}; one that begins while another is watched takes its place, and ends the watch.
 */
public interface Reconfiguration {
    /** What a reload would change now; changes nothing. */
    Preview preview() throws ConfigException;

    /** Reads the configuration again and applies it, all or nothing, and waits until it is true. */
    Applied reload(Request request) throws ConfigException;

    /** As {@link #reload}, if that does exactly what a preview of this hash has shown. */
    Applied apply(String hash, Request request) throws ConfigException, ChangedException;

    /**
     * As {@link #reload}, for these services alone.
     *
     * @param names empty: all
     */
    Applied update(Set<String> names, Request request) throws ConfigException;

    /** Takes services that the file declares, but are not in force, in. */
    List<Outcome> add(List<String> names, Request request) throws ConfigException;

    /** Takes services that are in force, but not running, out. */
    List<Outcome> remove(List<String> names, Request request);

    /**
     * Puts an earlier generation in force, to stay there until the next {@link #reload}, or until a daemon starts and finds the
     * files changed.
     *
     * @param number empty: the one before
     * @throws ConfigException where it can't be in force any more: a root that is gone
     */
    Applied rollback(OptionalInt number, Request request) throws ConfigException, UnknownGenerationException;

    /** Every declared service and whether it is in force. */
    List<Available> available() throws ConfigException;

    /** All generations that are kept, from the oldest to the one in force. */
    List<Generation> generations();

    /** The one in force. */
    Generation current();

    /**
     * Who asks, and how careful.
     *
     * @param watch for how long what is changed has to show that it works; if it doesn't, what was in force before comes back
     */
    record Request(String by, Optional<Duration> watch) {}

    /**
     * What a reload would do.
     *
     * @param hash of this, from what is in force to what the files say: another plan has another one
     */
    record Preview(Changes changes, String hash) {}

    /**
     * What was done.
     *
     * @param outcomes ADDED, REMOVED or UPDATED for each service that was asked for
     * @param generation the one that is in force now
     * @param failure what became of what was to be watched, where it isn't in force any more: a sentence
     */
    record Applied(Changes changes, List<Outcome> outcomes, int generation, Optional<String> failure) {
        Applied with(List<String> notes) {
            return new Applied(changes.with(notes), outcomes, generation, failure);
        }
    }

    /** A declared service, and whether the daemon has it. */
    record Available(Instance instance, boolean inForce, boolean autostart) {}

    /** A reload would do something else than was shown. */
    final class ChangedException extends Exception {
        private final List<String> since;

        public ChangedException(List<String> since) {
            super("something else would be done than the plan has shown; nothing was done");
            this.since = List.copyOf(since);
        }

        /** What has changed, a sentence each. */
        public List<String> since() {
            return since;
        }
    }

    /** There is no such generation any more, or none yet. */
    final class UnknownGenerationException extends Exception {
        public UnknownGenerationException(String message) {
            super(message);
        }
    }
}
