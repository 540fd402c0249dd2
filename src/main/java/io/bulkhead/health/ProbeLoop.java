package io.bulkhead.health;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.libc.Linux;
import java.time.Duration;
import java.time.Instant;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that asks all services: it waits for descriptors and for time. {@link #post} is for any thread, the rest its own. */
final class ProbeLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProbeLoop.class);

    static final int BUFFER = 16 << 10;

    private final EventLoop events;
    private final Pointer buffer;
    private final Timers timers = new Timers(System::nanoTime);
    private final Thread thread = new Thread(this::run, "health");
    private volatile boolean closed;

    ProbeLoop(Linux linux) throws ErrnoException {
        this.events = new EventLoop(linux);
        this.buffer = linux.allocate(BUFFER);
        thread.setDaemon(true);
        thread.start();
    }

    void post(Runnable task) {
        events.post(task);
    }

    Timers timers() {
        return timers;
    }

    Timers.Timer after(Duration delay, Runnable task) {
        return timers.after(delay, task);
    }

    EventLoop events() {
        return events;
    }

    /** {@link #BUFFER} bytes in which whoever has the turn may do as he likes. */
    Pointer buffer() {
        return buffer;
    }

    private void run() {
        while (!closed) {
            try {
                events.await(Instant.now().plus(timers.untilNext()));
                timers.run();
            } catch (ErrnoException | RuntimeException e) {
                // A defect of ours must cost one answer, not everybody's.
                log.error("a probe failed", e);
            }
        }
    }

    @Override
    public void close() {
        post(() -> closed = true); // behind whatever else was handed in
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        events.close();
    }
}
