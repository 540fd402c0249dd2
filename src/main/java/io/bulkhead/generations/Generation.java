package io.bulkhead.generations;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one configuration that was put in force.
 *
 * @param number counts from 1
 * @param at when
 * @param by whose word it was
 * @param cause what for: {@code reload}, {@code rollback to 3}, {@code start}
 * @param changes how it differs from the one before, in short; empty where that isn't known
 * @param hash of all that it declares: another one's is another
 * @param content the number of the generation that was the first to declare just this: its own, or that of the one it repeats
 * @param files the fingerprint of the files as they were then
 * @param held whether it stays in force although the files say something else, as long as they say that
 * @param watch as long as it has to show that it works
 */
public record Generation(
        int number,
        Instant at,
        String by,
        String cause,
        String changes,
        String hash,
        int content,
        String files,
        boolean held,
        Optional<Watch> watch) {
    /**
     * What is to happen unless services come up.
     *
     * @param back the generation that comes back
     * @param until when it is decided
     * @param services their names
     */
    public record Watch(int back, Instant until, List<String> services) {
        public Watch {
            services = List.copyOf(services);
        }
    }

    /** It has shown that it works, or somebody doesn't want to know. */
    public Generation settled() {
        return new Generation(number, at, by, cause, changes, hash, content, files, held, Optional.empty());
    }

    @Override
    public String toString() {
        return "generation " + number + " (" + cause + ", by " + by + ")";
    }
}
