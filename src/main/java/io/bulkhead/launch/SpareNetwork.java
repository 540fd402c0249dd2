package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.NetlinkSocket;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One network namespace that is ready to be moved into. To make one takes the kernel nearly as long as all the rest of a
 * launch, so the next is made while nobody waits for it. There is none until the first was asked for. Thread-safe.
 */
final class SpareNetwork implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SpareNetwork.class);
    private static final int NONE = -1;
    /** Till the launch that took the last one is over: both would only wait for the same locks of the kernel's. */
    private static final int PAUSE_MILLIS = 5;

    private final Linux linux;
    private final AtomicInteger spare = new AtomicInteger(NONE);
    private final ScheduledThreadPoolExecutor maker;
    private volatile boolean closed;

    SpareNetwork(Linux linux) {
        this.linux = linux;
        // A thread of its own: it is in the new namespace for a moment.
        this.maker = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "spare-network");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A descriptor of a namespace with loopback up, the caller's from now on; -1 where none is ready. */
    int take() {
        return spare.getAndSet(NONE);
    }

    /** A descriptor of a namespace with loopback up, whether or not one is ready. */
    int takeOrMake() throws ErrnoException {
        int ready = take();
        return ready == NONE ? onItsThread(linux.namespaces()::newNetwork) : ready;
    }

    /** A socket in a namespace. */
    NetlinkSocket socketIn(int network) throws ErrnoException {
        return onItsThread(() -> linux.namespaces().netlinkIn(network));
    }

    private <T> T onItsThread(Callable<T> task) throws ErrnoException {
        try {
            return maker.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ErrnoException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ErrnoException("wait for a network namespace", ErrnoException.EINTR);
        }
    }

    /** To be called once that which took the last one has started: its maker's waking would only delay it. */
    void replenish() {
        Future<?> unused = maker.schedule(this::make, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void make() {
        if (closed || spare.get() != NONE) {
            return;
        }
        try {
            drop(spare.getAndSet(linux.namespaces().newNetwork()));
        } catch (ErrnoException e) {
            // The launch makes its own then, and says so if it can't.
            log.debug("no spare network namespace: {}", e.getMessage());
        }
        if (closed) {
            drop(spare.getAndSet(NONE));
        }
    }

    private void drop(int fd) {
        if (fd != NONE) {
            linux.close(fd);
        }
    }

    @Override
    public void close() {
        closed = true;
        maker.shutdownNow();
        drop(spare.getAndSet(NONE));
    }
}
