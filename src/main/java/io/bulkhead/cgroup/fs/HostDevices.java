package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;

/** The devices of this host, by the numbers the kernel knows them by. */
public interface HostDevices {
    /**
     * A device's node.
     *
     * @param type {@code b} or {@code c}
     */
    record Node(char type, int major, int minor) {}

    /**
     * What node {@code path} is.
     *
     * @throws ErrnoException ENOENT where there is none, ENODEV where it is no device's
     */
    Node node(String path) throws ErrnoException;

    /**
     * The number of the whole disk, {@code 254:0}, that a node's path or number means: limits are not for partitions.
     *
     * @throws ErrnoException where there is no such block device
     */
    String disk(String device) throws ErrnoException;
}
