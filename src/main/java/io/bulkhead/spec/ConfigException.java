package io.bulkhead.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be put in force, with every problem found in it, not only the first. */
public final class ConfigException extends Exception {
    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one problem, in the order of the files. */
    public List<Problem> problems() {
        return problems;
    }
}
