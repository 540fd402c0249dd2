package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The commands that are attended now. Thread-safe. */
final class Sessions {
    /** They share the daemon's descriptors. */
    private static final int MOST = 256;

    private final Linux linux;
    private final Watch watch;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, HeldTerminal> terminals = new ConcurrentHashMap<>();
    /** The pidfds of those that have pipes, which don't hang up. */
    private final Map<String, Integer> piped = new HashMap<>();

    /** Tells how a child ended, and closes its descriptor. */
    interface Watch {
        void whenEnded(int pidfd, Consumer<ExitStatus> ended);
    }

    Sessions(Linux linux, Watch watch) {
        this.linux = linux;
        this.watch = watch;
    }

    /** Hands the streams' other ends over; a child that nobody could be handed is ended. */
    Session begin(Optional<Attachment> attachment, AttendedStreams streams, SyscallProgram.Child child)
            throws ErrnoException, CommandException {
        CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        if (attachment.isEmpty()) {
            watch.whenEnded(child.pidfd(), end::complete);
            return new Session("", end);
        }
        String id;
        try {
            id = open(attachment.get(), streams);
        } catch (ErrnoException | CommandException e) {
            linux.processes().end(child.pidfd());
            throw e;
        }
        if (attachment.get().terminal().isEmpty()) {
            synchronized (piped) {
                piped.put(id, child.pidfd());
            }
        }
        watch.whenEnded(child.pidfd(), status -> {
            close(id);
            end.complete(status);
        });
        return new Session(id, end);
    }

    /** Hands the other ends over, and holds a terminal. */
    String open(Attachment attachment, AttendedStreams streams) throws ErrnoException, CommandException {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        if (attachment.terminal().isPresent()) {
            if (terminals.size() >= MOST) {
                throw new CommandException("there are " + MOST + " terminals already");
            }
            terminals.put(id, new HeldTerminal(linux, streams.master()));
        }
        try {
            streams.send(attachment, id);
        } catch (ErrnoException e) {
            close(id);
            throw e;
        }
        return id;
    }

    /** Who attended it is gone: a terminal hangs up by itself. */
    void hangUp(String id) {
        synchronized (piped) {
            Integer pidfd = piped.remove(id);
            if (pidfd != null) {
                try {
                    linux.processes().signal(pidfd, Signal.HUP.number());
                } catch (ErrnoException e) {
                    // It has ended in this instant.
                }
            }
        }
        close(id);
    }

    /** Who attended it is gone, or it is over. */
    void close(String id) {
        synchronized (piped) {
            piped.remove(id);
        }
        HeldTerminal terminal = terminals.remove(id);
        if (terminal != null) {
            terminal.release();
        }
    }

    /** Who attends it leaves, and it goes on; says whether there is such a terminal. */
    boolean leave(String id) {
        HeldTerminal terminal = terminals.remove(id);
        if (terminal == null) {
            return false;
        }
        terminal.leave();
        return true;
    }
}
