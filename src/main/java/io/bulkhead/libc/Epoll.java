package io.bulkhead.libc;

import java.util.Arrays;
import java.util.OptionalLong;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * An epoll instance, level-triggered. {@link #await} belongs to one thread; the other methods to any.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/epoll.7.html">epoll(7)</a>
 */
public final class Epoll implements AutoCloseable {
    private static final int EPOLLIN = 1;
    private static final int EPOLLPRI = 2;
    private static final int EPOLLOUT = 4;
    private static final int EPOLLET = 1 << 31;
    private static final int EPOLLONESHOT = 1 << 30;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int MAX_EVENTS = 256;

    // struct epoll_event is packed on x86-64 alone.
    private final int size = Linux.isAarch64() ? 16 : 12;
    private final int dataOffset = size - 8;
    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;
    private final Pointer events;
    private final int fd;

    Epoll(Linux linux, LibC c, Runtime runtime) throws ErrnoException {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
        this.events = jnr.ffi.Memory.allocateDirect(runtime, size * MAX_EVENTS);
        this.fd = c.epoll_create1(Linux.O_CLOEXEC);
        if (fd < 0) {
            throw linux.failure("epoll_create1");
        }
    }

    /** Reports {@code token} whenever {@code watched} is readable; a pidfd is when its process has ended. */
    public void add(int watched, long token) throws ErrnoException {
        add(watched, token, EPOLLIN);
    }

    /** Reports {@code token} whenever {@code watched} is writable: a socket that connects, when it has done so or failed. */
    public void addWritable(int watched, long token) throws ErrnoException {
        add(watched, token, EPOLLOUT);
    }

    /** Reports {@code token} whenever {@code watched} has hung up: a pidfd, when its process has been reaped (Linux 6.15). */
    public void addHangUp(int watched, long token) throws ErrnoException {
        add(watched, token, 0);
    }

    /**
     * Reports {@code token} each time a file of the kernel's that announces changes, such as {@code cgroup.events}, has
     * changed. The file needs no reading in between.
     */
    public void addChanges(int watched, long token) throws ErrnoException {
        add(watched, token, EPOLLPRI | EPOLLET);
    }

    /** Reports {@code token} once, when {@code watched} is readable; then not until {@link Turn#rearm}. */
    public void addOnce(int watched, long token) throws ErrnoException {
        add(watched, token, EPOLLIN | EPOLLONESHOT);
    }

    /** For one of several threads that wait together: each event goes to one of them. */
    public Turn turn() {
        return new Turn();
    }

    /** One thread's part in waiting. */
    public final class Turn {
        private final Pointer event = jnr.ffi.Memory.allocateDirect(runtime, size, true);

        /** The token of something that is readable; empty where {@code timeoutMillis} passed or a signal came. */
        public OptionalLong await(int timeoutMillis) throws ErrnoException {
            int n = c.epoll_wait(fd, event, 1, timeoutMillis);
            if (n < 0 && linux.errno() != ErrnoException.EINTR) {
                throw linux.failure("epoll_wait");
            }
            return n > 0 ? OptionalLong.of(event.getLong(dataOffset)) : OptionalLong.empty();
        }

        /** Has {@code watched} reported once more. */
        public void rearm(int watched, long token) throws ErrnoException {
            once(EPOLL_CTL_MOD, "modify", watched, token);
        }

        /** Has {@code watched}, which was removed, reported once. */
        public void addOnce(int watched, long token) throws ErrnoException {
            once(EPOLL_CTL_ADD, "add", watched, token);
        }

        private void once(int operation, String verb, int watched, long token) throws ErrnoException {
            event.putInt(0, EPOLLIN | EPOLLONESHOT);
            event.putLong(dataOffset, token);
            if (c.epoll_ctl(fd, operation, watched, event) < 0) {
                throw linux.failure("epoll_ctl " + verb + " descriptor " + watched);
            }
        }
    }

    private void add(int watched, long token, int what) throws ErrnoException {
        Pointer event = jnr.ffi.Memory.allocateDirect(runtime, size, true);
        event.putInt(0, what);
        event.putLong(dataOffset, token);
        if (c.epoll_ctl(fd, EPOLL_CTL_ADD, watched, event) < 0) {
            throw linux.failure("epoll_ctl add descriptor " + watched);
        }
    }

    /** Stops watching; to be called before the descriptor is closed. */
    public void remove(int watched) {
        c.epoll_ctl(fd, EPOLL_CTL_DEL, watched, events); // which isn't looked at
    }

    /**
     * The tokens of what is readable, none where {@code timeoutMillis} passed or a signal came.
     *
     * @param timeoutMillis -1: for ever
     */
    public long[] await(int timeoutMillis) throws ErrnoException {
        int n = c.epoll_wait(fd, events, MAX_EVENTS, timeoutMillis);
        if (n < 0 && linux.errno() != ErrnoException.EINTR) {
            throw linux.failure("epoll_wait");
        }
        long[] tokens = new long[Math.max(n, 0)];
        Arrays.setAll(tokens, i -> events.getLong((long) i * size + dataOffset));
        return tokens;
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
