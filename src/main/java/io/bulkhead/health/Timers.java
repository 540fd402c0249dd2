package io.bulkhead.health;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/** What is to be done later, by one thread. */
final class Timers {
    private static final Duration LONGEST = Duration.ofHours(1);

    private final LongSupplier nanoTime;
    private final PriorityQueue<Timer> queue = new PriorityQueue<>(Comparator.comparingLong(timer -> timer.at));
    private final long start;

    /** @param nanoTime as {@link System#nanoTime} */
    Timers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /** Something that is to be done, once. */
    final class Timer {
        private final long at;
        private final Runnable task;

        private Timer(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        void cancel() {
            queue.remove(this);
        }
    }

    /** Nanoseconds since these began. */
    long now() {
        return nanoTime.getAsLong() - start;
    }

    Timer after(Duration delay, Runnable task) {
        Timer timer = new Timer(now() + delay.toNanos(), task);
        queue.add(timer);
        return timer;
    }

    /** How long there is nothing to do. */
    Duration untilNext() {
        Timer next = queue.peek();
        return next == null ? LONGEST : Duration.ofNanos(Math.max(0, next.at - now()));
    }

    /** Does what is due. */
    void run() {
        long until = now();
        for (Timer next = queue.peek(); next != null && next.at <= until; next = queue.peek()) {
            queue.remove();
            next.task.run();
        }
    }
}
