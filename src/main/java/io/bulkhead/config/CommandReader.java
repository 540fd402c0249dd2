package io.bulkhead.config;

import java.util.List;
import java.util.Optional;

/** A program and its arguments: a list, or a string that is split into words without a shell. */
final class CommandReader {
    private CommandReader() {}

    /**
     * The words under {@code key}, at least one; empty where there is none, or none that is allowed: then there is a problem more.
     *
     * @param what it may be, in words
     */
    static Optional<List<String>> read(Section section, String key, String what) {
        Optional<List<String>> words =
                section.isList(key) ? section.list(key, Scalar.any()) : section.get(key, new Scalar<>(what, Words::of));
        if (words.isPresent() && (words.get().isEmpty() || words.get().get(0).isEmpty())) {
            section.problem(key, "names no program");
            return Optional.empty();
        }
        return words;
    }
}
