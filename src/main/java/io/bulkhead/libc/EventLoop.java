package io.bulkhead.libc;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One thread that waits for what happens: descriptors that become readable, what other threads hand in, a point in time.
 * {@link #post} may be called by any thread, all else by the loop's own.
 */
public final class EventLoop implements AutoCloseable {
    private final Linux linux;
    private final Epoll epoll;
    private final int wake;
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Runnable> watched = new HashMap<>();

    public EventLoop(Linux linux) throws ErrnoException {
        this.linux = linux;
        this.epoll = linux.epoll();
        this.wake = linux.eventfds().open();
        epoll.add(wake, wake);
    }

    /** Has {@code task} run by the loop's thread, soon. */
    public void post(Runnable task) {
        inbox.add(task);
        linux.eventfds().signal(wake);
    }

    /** Has {@code onReadable} run when the descriptor is readable, each time the loop comes by, until {@link #unwatch}. */
    public void watch(int fd, Runnable onReadable) throws ErrnoException {
        watched.put(fd, onReadable);
        epoll.add(fd, fd);
    }

    /** Has {@code onWritable} run when the descriptor is writable, or has failed, until {@link #unwatch}. */
    public void watchWritable(int fd, Runnable onWritable) throws ErrnoException {
        watched.put(fd, onWritable);
        epoll.addWritable(fd, fd);
    }

    /** Has {@code onHangUp} run once the descriptor has hung up, until {@link #unwatch}. */
    public void watchHangUp(int fd, Runnable onHangUp) throws ErrnoException {
        watched.put(fd, onHangUp);
        epoll.addHangUp(fd, fd);
    }

    /** Has {@code onChange} run each time a file of the kernel's says that it has changed. */
    public void watchChanges(int fd, Runnable onChange) throws ErrnoException {
        watched.put(fd, onChange);
        epoll.addChanges(fd, fd);
    }

    /** To be called before the descriptor is closed. */
    public void unwatch(int fd) {
        epoll.remove(fd);
        watched.remove(fd);
    }

    /** Waits until something happens or {@code until} has come, and runs what is to be run. */
    public void await(Instant until) throws ErrnoException {
        // Rounded up: a timer that fires a fraction of a millisecond early would make the loop spin.
        long millis = inbox.isEmpty()
                ? Duration.between(Instant.now(), until).plusNanos(999_999).toMillis()
                : 0;
        for (long token : epoll.await((int) Math.max(0, Math.min(millis, 3_600_000)))) {
            if (token == wake) {
                linux.eventfds().clear(wake);
            } else {
                Optional.ofNullable(watched.get((int) token)).ifPresent(Runnable::run);
            }
        }
        for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
            task.run();
        }
    }

    @Override
    public void close() {
        epoll.close();
        linux.close(wake);
    }
}
