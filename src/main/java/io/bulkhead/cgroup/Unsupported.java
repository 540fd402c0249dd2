package io.bulkhead.cgroup;

/**
 * A limit that this host cannot enforce.
 *
 * @param key of the specification: {@code memory.high}
 * @param reason a sentence: what lacks, and how to get it
 */
public record Unsupported(String key, String reason) {
    @Override
    public String toString() {
        return reason;
    }
}
