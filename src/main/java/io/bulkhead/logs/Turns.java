package io.bulkhead.logs;

import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives outputs their turns: few threads, which all wait on one epoll.
 *
 * <p>An output that became readable is reported to one thread, which gives it a turn of bounded length and puts it back, behind
 * the others. What is written to one device takes at most {@value #PER_LANE} threads, and one more is there than all
 * devices could hold up: a disk that hangs delays nothing but what goes to it.
 */
final class Turns {
    private static final Logger log = LoggerFactory.getLogger(Turns.class);
    private static final int PER_LANE = 2;
    private static final int IDLE_MILLIS = 10_000;
    private static final int END_SECONDS = 5;
    private static final long WAKE = -1;

    private final Linux linux;
    private final Epoll epoll;
    private final int wake;
    // Guarded by this, as all of Seat and Lane is.
    private final Map<Integer, Seat> byDescriptor = new HashMap<>();
    private final Map<LogOutput, Seat> seats = new HashMap<>();
    private final Map<Object, Lane> lanes = new HashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
    /** Of each thread that waits, when it wakes by itself. */
    private final Map<Thread, Long> plans = new HashMap<>();

    private int threads;
    private int named;
    private boolean closed;

    private record Due(long at, Seat seat) {}

    /** An output among the others. */
    private static final class Seat {
        final LogOutput output;
        final Lane lane;
        final Queue<Consumer<Scratch>> tasks = new ArrayDeque<>();
        boolean isBusy;
        boolean again;
        boolean isRemoved;
        /** Whether the pipes are in the epoll set. */
        boolean isWatched = true;

        long dueAt = LogOutput.NEVER;

        Seat(LogOutput output, Lane lane) {
            this.output = output;
            this.lane = lane;
        }
    }

    /** What is written to one device. */
    private static final class Lane {
        final Queue<Seat> queue = new ArrayDeque<>();
        int active;
    }

    Turns(Linux linux) throws ErrnoException {
        this.linux = linux;
        this.epoll = linux.epoll();
        this.wake = linux.eventfds().open();
        epoll.addOnce(wake, WAKE);
        synchronized (this) {
            addThread();
        }
    }

    void add(LogOutput output) throws ErrnoException {
        Object device = output.target().device();
        synchronized (this) {
            Seat seat = new Seat(output, lanes.computeIfAbsent(device, d -> new Lane()));
            seats.put(output, seat);
            for (LogStream stream : output.streams()) {
                byDescriptor.put(stream.fd(), seat);
            }
        }
        for (LogStream stream : output.streams()) {
            epoll.addOnce(stream.fd(), stream.fd());
        }
        if (output.hasWork()) {
            post(output, scratch -> {});
        }
    }

    /** Ends an output's turns; {@code last} is done after them, and then no more. */
    CompletableFuture<Void> remove(LogOutput output, Consumer<Scratch> last) {
        CompletableFuture<Void> done;
        // At once: a turn that ends in between would find nothing left to do, and forget the output.
        synchronized (this) {
            Seat seat = seats.get(output);
            if (seat != null) {
                seat.isRemoved = true;
            }
            for (LogStream stream : output.streams()) {
                byDescriptor.remove(stream.fd());
                epoll.remove(stream.fd());
            }
            done = run(output, last);
        }
        return done;
    }

    /** Does something with an output between two turns; completes when that is done. */
    CompletableFuture<Void> run(LogOutput output, Consumer<Scratch> task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Consumer<Scratch> told = scratch -> {
            try {
                task.accept(scratch);
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        };
        if (!post(output, told)) {
            done.complete(null);
        }
        return done;
    }

    /**
     * The same, for one who doesn't wait.
     *
     * @return false where the output, or all of them, are gone
     */
    boolean post(LogOutput output, Consumer<Scratch> task) {
        synchronized (this) {
            Seat seat = seats.get(output);
            if (seat == null || closed) {
                return false;
            }
            seat.tasks.add(task);
            if (seat.isBusy) {
                return true; // whoever is at it looks for tasks before it goes
            }
            schedule(seat, LogOutput.NOW);
        }
        linux.eventfds().signal(wake);
        return true;
    }

    private void schedule(Seat seat, long at) {
        if (at < seat.dueAt) {
            seat.dueAt = at;
            due.add(new Due(at, seat));
        }
    }

    private void addThread() {
        threads++;
        Thread thread = new Thread(this::work, "log-pump-" + ++named);
        thread.setDaemon(true);
        thread.start();
    }

    private void work() {
        try (Scratch scratch = new Scratch(linux)) {
            Epoll.Turn poll = epoll.turn();
            while (true) {
                Seat seat = next(poll);
                if (seat == null) {
                    return;
                }
                while (seat != null) {
                    seat = give(seat, scratch, poll);
                }
            }
        } catch (ErrnoException e) {
            log.error("output of services is no longer taken: {}", e.getMessage());
        } finally {
            synchronized (this) {
                threads--;
                notifyAll();
            }
        }
    }

    /** The next one to be given a turn, already marked busy; null: the thread isn't needed any more. */
    private @Nullable Seat next(Epoll.Turn poll) throws ErrnoException {
        while (true) {
            int timeout;
            synchronized (this) {
                if (closed) {
                    return null;
                }
                Seat seat = takeDue();
                if (seat != null) {
                    return seat;
                }
                timeout = timeout();
                plans.put(Thread.currentThread(), timeout < 0 ? LogOutput.NEVER : System.currentTimeMillis() + timeout);
            }
            OptionalLong token = OptionalLong.empty();
            try {
                token = poll.await(timeout);
            } finally {
                synchronized (this) {
                    plans.remove(Thread.currentThread());
                }
            }
            if (token.isPresent() && token.getAsLong() == WAKE) {
                linux.eventfds().clear(wake);
                synchronized (this) {
                    if (closed) {
                        linux.eventfds().signal(wake); // for the others
                    }
                }
                poll.rearm(wake, WAKE);
                continue;
            }
            synchronized (this) {
                if (token.isPresent()) {
                    Seat seat = byDescriptor.get((int) token.getAsLong());
                    if (seat != null && take(seat)) {
                        return seat;
                    }
                } else if (due.isEmpty() && !plans.isEmpty() && timeout >= IDLE_MILLIS) {
                    return null;
                }
            }
        }
    }

    private int timeout() {
        boolean isSpare = !plans.isEmpty();
        long wait = due.isEmpty() ? Long.MAX_VALUE : due.peek().at() - System.currentTimeMillis();
        if (wait == Long.MAX_VALUE || wait > IDLE_MILLIS) {
            return isSpare ? IDLE_MILLIS : wait == Long.MAX_VALUE ? -1 : (int) Math.min(wait, Integer.MAX_VALUE);
        }
        return (int) Math.max(0, wait);
    }

    private @Nullable Seat takeDue() {
        long now = System.currentTimeMillis();
        while (!due.isEmpty() && due.peek().at() <= now) {
            Due first = due.remove();
            if (first.at() != first.seat().dueAt) {
                continue; // it has had a turn since
            }
            first.seat().dueAt = LogOutput.NEVER;
            if (take(first.seat())) {
                return first.seat();
            }
        }
        return null;
    }

    /** Whether the calling thread is to give it its turn; else somebody else does. */
    private boolean take(Seat seat) {
        if (seat.isBusy) {
            seat.again = true;
            return false;
        }
        seat.isBusy = true;
        if (seat.lane.active >= PER_LANE) {
            seat.lane.queue.add(seat);
            return false;
        }
        seat.lane.active++;
        handOver();
        if (plans.isEmpty() && threads <= lanes.size() * PER_LANE) {
            addThread();
        }
        return true;
    }

    /** Before a turn, which may take long: what is due has to be on some waiting thread's mind. */
    private void handOver() {
        if (due.isEmpty() || plans.isEmpty()) {
            return;
        }
        for (long plan : plans.values()) {
            if (plan <= due.peek().at()) {
                return;
            }
        }
        linux.eventfds().signal(wake);
    }

    /** Gives a turn; returns the next one of the same lane where one waits. */
    private @Nullable Seat give(Seat seat, Scratch scratch, Epoll.Turn poll) throws ErrnoException {
        while (true) {
            long at = turn(seat, scratch);
            synchronized (this) {
                if (seat.again || !seat.tasks.isEmpty()) {
                    seat.again = false;
                    continue;
                }
                seat.isBusy = false;
                if (seat.isRemoved) {
                    seats.remove(seat.output);
                } else {
                    putBack(seat, at, poll);
                }
                Seat next = seat.lane.queue.poll();
                if (next == null) {
                    seat.lane.active--;
                } else {
                    handOver();
                }
                return next;
            }
        }
    }

    private void putBack(Seat seat, long at, Epoll.Turn poll) throws ErrnoException {
        watch(seat, seat.output.isTaking(), poll);
        long next = at == LogOutput.NOW ? LogOutput.NEVER : at; // it is readable, so it is reported
        if (next != seat.dueAt) {
            seat.dueAt = next;
            if (next != LogOutput.NEVER) {
                due.add(new Due(next, seat));
            }
        }
    }

    /** A pipe that somebody is to be told of makes each write to it dearer by a tenth, even if the telling is put off. */
    private void watch(Seat seat, boolean isTaking, Epoll.Turn poll) throws ErrnoException {
        for (LogStream stream : seat.output.streams()) {
            if (!isTaking) {
                epoll.remove(stream.fd());
            } else if (seat.isWatched) {
                poll.rearm(stream.fd(), stream.fd());
            } else {
                poll.addOnce(stream.fd(), stream.fd());
            }
        }
        seat.isWatched = isTaking;
    }

    private long turn(Seat seat, Scratch scratch) {
        while (true) {
            Consumer<Scratch> task;
            boolean isRemoved;
            synchronized (this) {
                task = seat.tasks.poll();
                isRemoved = seat.isRemoved;
            }
            if (task == null) {
                try {
                    return isRemoved ? LogOutput.NEVER : seat.output.turn(scratch);
                } catch (RuntimeException | Error e) {
                    // A defect of ours must not end the thread that serves them all.
                    log.error("log {}", seat.output.target(), e);
                    return System.currentTimeMillis() + IDLE_MILLIS;
                }
            }
            task.accept(scratch);
        }
    }

    /**
     * Ends the threads.
     *
     * @return whether all have ended: then everything may be closed
     */
    boolean close() {
        synchronized (this) {
            closed = true;
        }
        linux.eventfds().signal(wake);
        synchronized (this) {
            long until = System.nanoTime() + END_SECONDS * 1_000_000_000L;
            try {
                while (threads > 0 && System.nanoTime() < until) {
                    wait(100);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (threads > 0) {
                return false; // one hangs in a disk
            }
        }
        epoll.close();
        linux.close(wake);
        return true;
    }
}
