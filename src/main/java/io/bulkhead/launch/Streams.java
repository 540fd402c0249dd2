package io.bulkhead.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Standard streams by descriptors of the daemon's, which stay its own, all 32 or more: below that, a program puts what it is
 * handed.
 *
 * @param terminal whether they are a terminal, which is to be the command's own
 * @param own those of 0, 1 and 2 that become the command's user's, who may open them again: the host's {@code /dev/null} never, whose
 *     owner could take it from everybody
 * @param devpts that terminal's file system, to be mounted in the command's {@code /dev/pts}
 */
public record Streams(int stdin, int stdout, int stderr, boolean terminal, OptionalInt devpts, Set<Integer> own) {
    /** The least number of such a descriptor. */
    public static final int LEAST = 32;

    private static final Path NULL = Path.of("/dev/null");

    public Streams {
        own = Set.copyOf(own);
    }

    public Streams(int stdin, int stdout, int stderr, boolean terminal, OptionalInt devpts) {
        this(stdin, stdout, stderr, terminal, devpts, own(List.of(stdin, stdout, stderr)));
    }

    private static Set<Integer> own(List<Integer> descriptors) {
        Set<Integer> own = new TreeSet<>();
        for (int stream = 0; stream < descriptors.size(); stream++) {
            try {
                if (!Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptors.get(stream)))
                        .equals(NULL)) {
                    own.add(stream);
                }
            } catch (IOException e) {
                // Not known to be ours to give.
            }
        }
        return own;
    }

    List<Integer> all() {
        return List.of(stdin, stdout, stderr);
    }
}
