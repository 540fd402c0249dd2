package io.bulkhead.launch;

import java.util.OptionalInt;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What standard output and error go to: pipes, by descriptors of the daemon's, or nowhere. The command opens them anew, for reading
 * and writing: so it neither waits for the daemon nor dies with it, and nothing it does to its descriptors is done to the daemon's.
 *
 * @param stdout more than 2
 * @param stderr likewise; the same as {@code stdout} makes them one
 */
public record Outputs(OptionalInt stdout, OptionalInt stderr) {
    public static final Outputs NOWHERE = new Outputs(OptionalInt.empty(), OptionalInt.empty());

    boolean together() {
        return stdout.equals(stderr);
    }

    /** The descriptors, each once, in the order in which {@link #places} has theirs. */
    long[] late() {
        return (together() ? Stream.of(stdout) : Stream.of(stdout, stderr))
                .flatMapToLong(fd -> fd.isPresent() ? LongStream.of(fd.getAsInt()) : LongStream.empty())
                .toArray();
    }

    /** The same for a program, which is the same whatever the daemon's descriptors are: it is handed them as 1 and 2. */
    Outputs places() {
        OptionalInt first = stdout.isPresent() ? OptionalInt.of(1) : stdout;
        return new Outputs(first, together() ? first : stderr.isPresent() ? OptionalInt.of(2) : stderr);
    }
}
