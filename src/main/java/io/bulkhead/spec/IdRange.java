package io.bulkhead.spec;

/**
 * Users, or groups, that are others inside a user namespace than outside.
 *
 * @param inside the first number there
 * @param outside what that is on the host
 * @param size how many in a row, 1 or more
 */
public record IdRange(long inside, long outside, long size) {
    public IdRange {
        if (inside < 0 || outside < 0 || size < 1) {
            throw new IllegalArgumentException("no range: " + inside + " " + outside + " " + size);
        }
    }

    /** Whether a number of the inside is among them. */
    public boolean holds(long id) {
        return id >= inside && id < inside + size;
    }

    /** As HOCON has it. */
    @Override
    public String toString() {
        return "{inside = " + inside + ", outside = " + outside + ", size = " + size + "}";
    }
}
