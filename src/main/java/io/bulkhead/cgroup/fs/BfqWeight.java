package io.bulkhead.cgroup.fs;

import java.util.OptionalInt;

/** Weights of 1 to 10000 as the bfq scheduler has them, 1 to 1000, with 100 in the same place. */
public final class BfqWeight {
    private static final int DEFAULT = 100;

    private BfqWeight() {}

    public static String text(OptionalInt weight) {
        int value = weight.orElse(DEFAULT);
        return Integer.toString(value <= DEFAULT ? value : DEFAULT + (value - DEFAULT) * 900 / 9900);
    }
}
