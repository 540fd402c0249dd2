package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.LogSpec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A target and the streams that end in it: one, or both of a service where they go together. It is given turns, each of bounded
 * length, by one thread at a time.
 */
final class LogOutput {
    private static final Logger log = LoggerFactory.getLogger(LogOutput.class);
    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LAST_RETRY_MILLIS = 2_000;
    /** What one stream may take through its spool before others have their turn. */
    private static final int TURN = 1 << 20;
    /**
     * Turns that follow one another about as fast as this and bring little are put off for that long, so that a service which writes
     * line by line doesn't have a thread woken for every one: its pipe has room for more than it writes meanwhile.
     */
    private static final long REST_MILLIS = 1;

    private static final long LITTLE = 64 << 10;
    /** What comes in a rest from one who would soon have to wait for its end: then there are none for a while. */
    private static final long MUCH = 768 << 10;

    private static final long NO_REST_MILLIS = 100;
    /** The end of a pipe that is full, and of a spool. */
    private static final int LAST_TURNS = 64;

    static final long NOW = 0;
    static final long NEVER = Long.MAX_VALUE;

    private final List<LogStream> streams;
    private final LogTarget target;
    private final Consumer<String> events;
    private @Nullable Lookout lookout;
    private LogSpec.WhenFull whenFull;
    /** Since when nothing can be written, milliseconds of the epoch; 0: it can. */
    private long troubledSince;

    private long lastTurn;
    private boolean isResting;
    private long noRestUntil;
    private String trouble = "";
    private long retryAt;
    private long retryMillis;

    /** @param events told, once each, that nothing can be written and that it can again */
    LogOutput(List<LogStream> streams, LogTarget target, LogSpec.WhenFull whenFull, Consumer<String> events) {
        this.streams = List.copyOf(streams);
        this.target = target;
        this.whenFull = whenFull;
        this.events = events;
    }

    List<LogStream> streams() {
        return streams;
    }

    LogTarget target() {
        return target;
    }

    void whenFull(LogSpec.WhenFull next) {
        whenFull = next;
    }

    /** Has all that goes through looked at from now on; null: no more. */
    void lookout(@Nullable Lookout next) {
        lookout = next;
    }

    /**
     * Moves what there is, up to a turn's worth.
     *
     * @return when it wants another turn even if nothing comes, milliseconds of the epoch: {@link #NOW}, {@link #NEVER}
     */
    long turn(Scratch scratch) {
        long now = System.currentTimeMillis();
        boolean isBusy = now - lastTurn <= 2 * REST_MILLIS;
        lastTurn = now;
        boolean hasRested = isResting;
        isResting = false;
        if (troubledSince != 0 && now < retryAt) {
            if (isDropping()) {
                drop(scratch, now);
            }
            return retryAt;
        }
        try {
            boolean more = false;
            long before = taken();
            for (LogStream stream : streams) {
                more |= pump(stream, scratch, false);
            }
            recovered();
            long moved = taken() - before;
            if (hasRested && moved >= MUCH) {
                noRestUntil = now + NO_REST_MILLIS;
            }
            boolean isSlow = moved > 0 && moved < (hasRested ? MUCH : LITTLE);
            if (isBusy && now >= noRestUntil && isSlow) {
                isResting = true;
                return now + REST_MILLIS;
            }
            if (isStaged()) {
                return now; // no pipe tells of it
            }
            return more ? NOW : target instanceof FileTarget file ? file.file().nextLook(now) : NEVER;
        } catch (ErrnoException e) {
            failed(e, now);
            if (isDropping()) {
                drop(scratch, now);
            }
            return retryAt;
        }
    }

    private boolean isStaged() {
        return streams.stream().anyMatch(LogStream::isStaged);
    }

    private long taken() {
        long taken = 0;
        for (LogStream stream : streams) {
            taken += stream.taken();
        }
        return taken;
    }

    /** Whether there is something to do even if nothing comes. */
    boolean hasWork() {
        boolean left = false;
        for (LogStream stream : streams) {
            left |= !stream.isDirect()
                    || stream.isStaged()
                    || stream.spool().map(spool -> spool.dropped().bytes() > 0).orElse(false);
        }
        try {
            return left || (target instanceof FileTarget file && file.file().nextLook(0) != NEVER);
        } catch (ErrnoException e) {
            return true; // the turn will tell
        }
    }

    /** Whether something that comes is reason for a turn; else it stays in the pipe. */
    boolean isTaking() {
        return !isResting && (troubledSince == 0 || isDropping());
    }

    private boolean isDropping() {
        return whenFull == LogSpec.WhenFull.DROP && troubledSince != 0;
    }

    private boolean pump(LogStream stream, Scratch scratch, boolean last) throws ErrnoException {
        if (stream.spool().isPresent() && stream.spool().get().dropped().bytes() > 0) {
            tellDropped(stream.spool().get(), scratch);
        }
        if (target instanceof FileTarget file && file.isDirect() && stream.isDirect()) {
            boolean more = lookout == null ? file.move(stream, scratch, FileTarget.TURN) : seen(file, stream, scratch);
            if (file.isDirect()) {
                return more;
            }
        }
        return deliver(stream, scratch, last);
    }

    /** What can't be looked at in the kernel comes out of it as well, so less of it is moved at once. */
    private boolean seen(FileTarget file, LogStream stream, Scratch scratch) throws ErrnoException {
        int count = stream.peek(scratch);
        scratch.memory().get(0, scratch.input(), 0, count);
        look(stream, stream.taken(), scratch, count);
        return count > 0 && file.move(stream, scratch, count);
    }

    private void look(LogStream stream, long start, Scratch scratch, int count) {
        if (lookout != null) {
            lookout.take(stream, start, scratch.input(), count);
            lookout = lookout.isOver() ? null : lookout;
        }
    }

    private boolean deliver(LogStream stream, Scratch scratch, boolean last) throws ErrnoException {
        Spool spool = stream.openSpool();
        for (int moved = 0; moved < TURN; ) {
            long taken = spool.pending() < Scratch.SIZE ? spool.fill(stream, Scratch.SIZE - spool.pending()) : 0;
            boolean isFull = spool.pending() >= Scratch.SIZE;
            int delivered = 0;
            while (spool.pending() > 0) {
                int count = spool.read(scratch);
                look(stream, Lookout.start(stream), scratch, count);
                int n = target.deliver(stream, spool, scratch, count, last);
                if (n == 0 && count == Scratch.SIZE) {
                    n = target.deliver(stream, spool, scratch, count, true); // longer than a line may be
                }
                if (n == 0) {
                    break;
                }
                delivered += n;
            }
            spool.tidy(scratch);
            if (!isFull || (taken == 0 && delivered == 0)) {
                return false;
            }
            moved += Math.max(1, delivered);
        }
        return true;
    }

    private void tellDropped(Spool spool, Scratch scratch) throws ErrnoException {
        Spool.Dropped dropped = spool.dropped();
        String line = "supervisord: " + dropped.bytes() + " bytes in " + dropped.lines() + " lines dropped from "
                + LineFormat.time(dropped.since()) + " to " + LineFormat.time(System.currentTimeMillis())
                + (trouble.isEmpty() ? "" : ": " + trouble);
        target.tell(line, scratch);
        spool.told();
        log.warn("log {}: {}", target, line);
    }

    /** Throws away what there is, and counts it. Where not even that can be done, the service has to wait. */
    private void drop(Scratch scratch, long now) {
        try {
            for (LogStream stream : streams) {
                Spool spool = stream.openSpool();
                target.takeBack(spool);
                for (int moved = 0; moved < TURN; ) {
                    long taken = spool.fill(stream, Scratch.SIZE);
                    while (spool.pending() > 0) {
                        int n = spool.read(scratch);
                        spool.drop(n, Text.lines(scratch.input(), 0, n), now);
                    }
                    spool.tidy(scratch);
                    moved += (int) Math.max(1, taken);
                    if (taken < Scratch.SIZE) {
                        break;
                    }
                }
            }
        } catch (ErrnoException e) {
            log.debug("log {}: nothing dropped: {}", target, e.getMessage());
        }
    }

    private void failed(ErrnoException e, long now) {
        trouble = String.valueOf(e.getMessage());
        if (troubledSince == 0) {
            troubledSince = now;
            retryMillis = FIRST_RETRY_MILLIS;
            String what = whenFull == LogSpec.WhenFull.DROP ? "output is dropped" : "the service waits";
            log.warn("log {} cannot be written, {}: {}", target, what, trouble);
            events.accept("log " + target + " cannot be written, " + what + ": " + trouble);
        } else {
            retryMillis = Math.min(LAST_RETRY_MILLIS, 2 * retryMillis);
        }
        // Nobody tells when there is room again, so it is tried again, ever less often.
        retryAt = now + retryMillis;
    }

    private void recovered() {
        if (troubledSince != 0) {
            troubledSince = 0;
            trouble = "";
            log.info("log {} can be written again", target);
            events.accept("log " + target + " can be written again");
        }
    }

    /** Moves the rest, as far as that can be done at once: what the pipe holds, at most. Says what is lost. */
    void drain(Scratch scratch) {
        for (LogStream stream : streams) {
            try {
                // A writer that is still alive must not keep us here.
                for (int i = 0; i < LAST_TURNS && stream.held() > 0; i++) {
                    pump(stream, scratch, false);
                }
                pump(stream, scratch, true);
            } catch (ErrnoException e) {
                int bytes = stream.held() + stream.spool().map(Spool::pending).orElse(0);
                log.warn("log {}: the last {} bytes of {} are lost: {}", target, bytes, stream.name(), e.getMessage());
            }
        }
    }

    void close() {
        streams.forEach(LogStream::close);
        target.close();
    }
}
