package io.bulkhead.spec;

/**
 * What becomes of a service's output.
 *
 * @param stdout {@link Target#FILE}: {@code NAME.stdout.log} under log-dir
 * @param stderr its own {@code NAME.stderr.log}, or {@link Target#STDOUT}: together with stdout, in the order written
 * @param maxSizeBytes a file this long is rotated; 0: never
 * @param backups rotated files kept: {@code .1} is the newest
 */
public record LogSpec(Target stdout, Target stderr, long maxSizeBytes, int backups) {
    public static final LogSpec DEFAULT = new LogSpec(Target.FILE, Target.STDOUT, 50L << 20, 10);

    /** Where a stream goes. */
    public enum Target {
        FILE,
        /** For stderr only: where stdout goes. */
        STDOUT,
        /** {@code /dev/null}. */
        NONE
    }
}
