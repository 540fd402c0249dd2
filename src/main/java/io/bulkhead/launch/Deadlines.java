package io.bulkhead.launch;

import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Ends launches that take longer than they may.
 *
 * <p>Its thread looks again when the nearest deadline it knew of is over, and is woken only for a nearer one: of the launches
 * of half a minute, all but the first cost it nothing. Thread-safe.
 */
final class Deadlines implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final Linux linux;
    private final Set<Deadline> running = new HashSet<>();
    private final Thread watcher;
    private final long start = System.nanoTime();
    /** When the watcher looks again, in nanoseconds since {@link #start}. */
    private long next = NEVER;

    private boolean closed;

    Deadlines(Linux linux) {
        this.linux = linux;
        this.watcher = new Thread(this::watch, "launch-deadlines");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Of one launch; over when it is closed. */
    final class Deadline implements AutoCloseable {
        private final SyscallProgram program;
        private final long at;
        private boolean missed;

        private Deadline(SyscallProgram program, long at) {
            this.program = program;
            this.at = at;
        }

        /** Whether the child was killed for it. */
        boolean missed() {
            synchronized (Deadlines.this) {
                return missed;
            }
        }

        /** From now on the program may serve another launch. */
        @Override
        public void close() {
            synchronized (Deadlines.this) {
                running.remove(this);
            }
        }
    }

    /** To be set before the program runs. */
    synchronized Deadline set(SyscallProgram program, Duration timeout) {
        Deadline deadline = new Deadline(program, now() + timeout.toNanos());
        running.add(deadline);
        if (deadline.at < next) {
            notifyAll();
        }
        return deadline;
    }

    private synchronized void watch() {
        while (!closed) {
            next = NEVER;
            for (Deadline deadline : running) {
                if (deadline.missed) {
                    continue;
                }
                if (deadline.at <= now()) {
                    deadline.missed = true;
                    deadline.program.kill(linux);
                } else {
                    next = Math.min(next, deadline.at);
                }
            }
            try {
                wait(next == NEVER ? 0 : (next - now()) / 1_000_000 + 1);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private long now() {
        return System.nanoTime() - start;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
