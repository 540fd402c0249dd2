package io.bulkhead.spec;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a service needs of others, each named as the configuration declares it.
 *
 * @param requires those without which it isn't started; started with it
 * @param wants those that are started with it, and waited for as long as there is hope
 * @param after those that are waited for only where they are to run anyway
 */
public record Dependencies(
        SortedMap<String, Dependency> requires, SortedMap<String, Dependency> wants, SortedSet<String> after) {
    public static final Dependencies NONE = new Dependencies(Map.of(), Map.of(), Set.of());

    public Dependencies(Map<String, Dependency> requires, Map<String, Dependency> wants, Set<String> after) {
        this(new TreeMap<>(requires), new TreeMap<>(wants), new TreeSet<>(after));
    }

    public Dependencies {
        requires = Collections.unmodifiableSortedMap(new TreeMap<>(requires));
        wants = Collections.unmodifiableSortedMap(new TreeMap<>(wants));
        after = Collections.unmodifiableSortedSet(new TreeSet<>(after));
    }

    /**
     * What is needed of one.
     *
     * @param condition what it must be
     * @param restart whether the dependent is restarted when the other one has been
     */
    public record Dependency(Condition condition, boolean restart) {
        public static final Dependency DEFAULT = new Dependency(Condition.READY, false);

        @Override
        public String toString() {
            return condition + (restart ? " restart" : "");
        }
    }

    /** What another service must be. */
    public enum Condition {
        /** Its process has been started. */
        STARTED,
        /** It is RUNNING; a oneshot has completed. */
        READY,
        /** Its health probe says so. */
        HEALTHY,
        /** It has ended with success. */
        COMPLETED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public boolean isEmpty() {
        return requires.isEmpty() && wants.isEmpty() && after.isEmpty();
    }

    /** Everybody who is waited for. */
    public SortedSet<String> all() {
        SortedSet<String> all = new TreeSet<>(after);
        all.addAll(requires.keySet());
        all.addAll(wants.keySet());
        return all;
    }
}
