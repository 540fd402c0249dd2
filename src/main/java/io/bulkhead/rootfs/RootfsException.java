package io.bulkhead.rootfs;

import java.util.List;

/** A root file system that can't be made, with every reason, a sentence each. */
public final class RootfsException extends Exception {
    private final transient List<String> problems;

    RootfsException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
