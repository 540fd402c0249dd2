package io.bulkhead.launch;

import java.util.BitSet;

/**
 * The child's descriptor table, foretold: the kernel gives the lowest free number, and the child begins with 3 and all
 * above free.
 */
final class Descriptors {
    private final BitSet open = new BitSet();

    Descriptors() {
        open.set(0, 3);
    }

    /** The number the next opening call returns. */
    int next() {
        int fd = open.nextClearBit(0);
        open.set(fd);
        return fd;
    }

    /** The first that is free. */
    int lowest() {
        return open.nextClearBit(0);
    }

    void closed(int fd) {
        open.clear(fd);
    }
}
