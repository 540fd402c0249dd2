package io.bulkhead.libc;

/**
 * Descriptors by which one thread wakes others that poll.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>
 */
public final class Eventfds {
    private static final int BYTES = 8;

    private final Linux linux;
    private final LibC c;

    Eventfds(Linux linux, LibC c) {
        this.linux = linux;
        this.c = c;
    }

    /** A new one, at 0. */
    public int open() throws ErrnoException {
        int fd = c.eventfd(0, Linux.O_NONBLOCK | Linux.O_CLOEXEC);
        if (fd < 0) {
            throw new ErrnoException("eventfd", linux.errno());
        }
        return fd;
    }

    /** Adds 1; whoever polls it wakes. */
    public void signal(int eventfd) {
        byte[] one = new byte[BYTES];
        one[0] = 1; // little endian, as both architectures are
        // Fails only where the counter is full, and then it is readable anyway.
        c.write(eventfd, one, BYTES);
    }

    /** Sets it to 0. */
    public void clear(int eventfd) {
        c.read(eventfd, new byte[BYTES], BYTES);
    }
}
