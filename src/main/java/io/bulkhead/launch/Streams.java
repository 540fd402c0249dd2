package io.bulkhead.launch;

import java.util.List;
import java.util.OptionalInt;

/**
 * Standard streams by descriptors of the daemon's, which stay its own, all 32 or more: below that, a program puts what it is
 * handed.
 *
 * @param terminal whether they are a terminal, which is to be the command's own
 * @param devpts that terminal's file system, to be mounted in the command's {@code /dev/pts}
 */
public record Streams(int stdin, int stdout, int stderr, boolean terminal, OptionalInt devpts) {
    /** The least number of such a descriptor. */
    public static final int LEAST = 32;

    List<Integer> all() {
        return List.of(stdin, stdout, stderr);
    }
}
