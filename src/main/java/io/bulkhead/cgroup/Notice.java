package io.bulkhead.cgroup;

/**
 * A descriptor by which the kernel tells of something that happens in a group, until it is closed.
 *
 * @param fd to be polled, and closed, by whoever has asked for it
 * @param priority whether it has an exceptional condition then, {@code EPOLLPRI}; else it is an eventfd, readable then
 */
public record Notice(int fd, boolean priority) {}
