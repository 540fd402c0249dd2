package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.AttachmentView;
import io.bulkhead.control.wire.CommandReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.PassedDescriptors;
import io.bulkhead.libc.Terminals;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Attends a command that the daemon runs: passes on what is typed, and shows what it writes. The daemon hands over the ends
 * of the command's pipes, or of its terminal, so that all of that goes past it, and goes on without it.
 */
final class Attendance implements AutoCloseable {
    private static final int PIECE = 32 << 10;
    private static final int INPUT = 0;
    /** What was written to a terminal may take the kernel a moment to hand on. */
    private static final int LAST_WORDS_MILLIS = 100;

    private static final long ANSWERED = -1;

    private final Linux linux = Linux.get();
    private final PrintStream out;
    private final PrintStream err;
    private final boolean input;
    private final boolean terminal;
    private final DetachKeys keys;
    private final String token = random();
    private final String address = "@bulkhead-attend-" + random();
    private final int socket;
    private final int answered;
    private boolean attending;
    private volatile boolean leaving;
    private volatile @Nullable CommandReply reply;
    private volatile @Nullable ControlException failure;

    /** Asks the daemon, and returns its answer when the command has ended. */
    interface Request {
        CommandReply send(AttachmentView attachment) throws ControlException, WireException;
    }

    /** What came of it: how it ended; or the session that was left. */
    record Outcome(Optional<CommandReply> reply, String left) {}

    Attendance(PrintStream out, PrintStream err, boolean input, boolean terminal, DetachKeys keys)
            throws ErrnoException {
        this.out = out;
        this.err = err;
        this.input = input;
        this.terminal = terminal;
        this.keys = keys;
        this.socket = linux.datagrams().bind(address);
        this.answered = linux.eventfds().open();
    }

    /** 32 hexadecimal digits that nobody guesses. */
    static String random() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    Outcome attend(Request request) throws ControlException, ErrnoException {
        Terminals.Size size = terminal ? UserTerminal.size(linux) : new Terminals.Size(0, 0);
        AttachmentView view = new AttachmentView(address, token, input, terminal, size.rows(), size.columns());
        start("request", () -> ask(request, view));
        Optional<PassedDescriptors.Message> message = receive();
        if (message.isEmpty()) {
            return new Outcome(Optional.of(answer()), "");
        }
        attending = true;
        List<Integer> descriptors = message.get().descriptors();
        try {
            String session = message.get().text().substring(token.length() + 1);
            if (!terminal) {
                return pipes(descriptors);
            }
            // Without input no key would mean anything, so that Ctrl-C had better be ours.
            if (!input || !UserTerminal.isThere(linux)) {
                return terminal(session, descriptors.get(0));
            }
            try (UserTerminal own = new UserTerminal(linux)) {
                own.follow(descriptors.get(0));
                return terminal(session, descriptors.get(0));
            }
        } finally {
            out.flush();
            err.flush();
        }
    }

    private void ask(Request request, AttachmentView view) {
        try {
            reply = request.send(view);
        } catch (ControlException e) {
            failure = e;
        } catch (WireException e) {
            failure = new ControlException("the daemon's answer makes no sense: " + e.getMessage(), ExitCodes.OURS);
        }
        linux.eventfds().signal(answered);
    }

    private CommandReply answer() throws ControlException {
        ControlException refusal = failure;
        if (refusal != null && attending) {
            throw new ControlException(
                    "the daemon has ended, and so how the command ended is not known", ExitCodes.OURS);
        }
        if (refusal != null) {
            throw refusal;
        }
        CommandReply known = reply;
        if (known == null) {
            throw new IllegalStateException("no answer yet");
        }
        return known;
    }

    /** What the daemon hands over; empty where it answers instead. Whoever doesn't know the token isn't the daemon. */
    private Optional<PassedDescriptors.Message> receive() throws ErrnoException {
        try (Epoll epoll = linux.epoll()) {
            epoll.add(socket, socket);
            epoll.add(answered, ANSWERED);
            while (true) {
                long[] ready = epoll.await(-1);
                for (long token : ready) {
                    if (token == socket) {
                        PassedDescriptors.Message message =
                                linux.passedDescriptors().receive(socket);
                        if (message.text().startsWith(this.token + " ")) {
                            return Optional.of(message);
                        }
                        message.descriptors().forEach(linux::close);
                    }
                }
                if (ready.length > 0 && Arrays.stream(ready).allMatch(token -> token == ANSWERED)) {
                    return Optional.empty();
                }
            }
        }
    }

    private Outcome pipes(List<Integer> descriptors) throws ControlException, ErrnoException {
        int first = 0;
        if (input) {
            start("input", () -> feed(descriptors.get(0)));
            first = 1;
        }
        show(Map.of((long) descriptors.get(first), out, (long) descriptors.get(first + 1), err), 0);
        return new Outcome(Optional.of(answer()), "");
    }

    private Outcome terminal(String session, int master) throws ControlException, ErrnoException {
        if (input) {
            start("input", () -> type(master));
        }
        show(Map.of((long) master, out), LAST_WORDS_MILLIS);
        return leaving ? new Outcome(Optional.empty(), session) : new Outcome(Optional.of(answer()), "");
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Standard input as it comes, to its end. */
    private void feed(int pipe) {
        Pointer buffer = linux.allocate(PIECE);
        try {
            for (int n = read(INPUT, buffer); n > 0; n = read(INPUT, buffer)) {
                write(pipe, buffer, n);
            }
        } catch (ErrnoException e) {
            // Nobody reads it any more.
        }
        linux.close(pipe);
    }

    /** What is typed, but for the keys by which one leaves. */
    private void type(int master) {
        Pointer buffer = linux.allocate(PIECE);
        try {
            for (int n = read(INPUT, buffer); n > 0; n = read(INPUT, buffer)) {
                byte[] typed = new byte[n];
                buffer.get(0, typed, 0, n);
                ByteArrayOutputStream on = new ByteArrayOutputStream();
                boolean left = keys.pass(typed, n, on);
                linux.writeAll(master, on.toByteArray(), "the terminal");
                if (left) {
                    leaving = true;
                    linux.eventfds().signal(answered);
                    return;
                }
            }
        } catch (ErrnoException e) {
            // It has hung up.
        }
    }

    private int read(int fd, Pointer buffer) throws ErrnoException {
        return linux.read(fd, buffer, PIECE, "standard input").orElse(0);
    }

    private void write(int fd, Pointer buffer, int count) throws ErrnoException {
        for (int written = 0; written < count; ) {
            written += linux.write(fd, buffer.slice(written), count - written, "a pipe");
        }
    }

    /**
     * Shows all that comes until the daemon has answered, and then what is left of it.
     *
     * @param patience how long, in milliseconds, the last of it may take
     */
    private void show(Map<Long, PrintStream> sources, int patience) throws ErrnoException {
        Pointer buffer = linux.allocate(PIECE);
        int open = sources.size();
        boolean over = false;
        try (Epoll epoll = linux.epoll()) {
            epoll.add(answered, ANSWERED);
            for (long source : sources.keySet()) {
                epoll.add((int) source, source);
            }
            while (open > 0 || (!over && failure == null)) {
                long[] ready = epoll.await(over ? patience : -1);
                if (over && ready.length == 0) {
                    return; // somebody else has its streams now, as a program in the background
                }
                for (long source : ready) {
                    PrintStream to = sources.get(source);
                    if (to == null) {
                        if (leaving) {
                            return;
                        }
                        epoll.remove(answered);
                        // A daemon that is gone has nothing to do with whether the command is over.
                        over = reply != null;
                    } else if (!pass((int) source, buffer, to)) {
                        epoll.remove((int) source);
                        open--;
                    }
                }
            }
        }
    }

    /** One piece; says whether there may be more. */
    private boolean pass(int from, Pointer buffer, PrintStream to) {
        int n;
        try {
            n = linux.read(from, buffer, PIECE, "what the command writes").orElse(0);
        } catch (ErrnoException e) {
            return false; // EIO: nobody has the terminal open any more
        }
        if (n == 0) {
            return false;
        }
        byte[] piece = new byte[n];
        buffer.get(0, piece, 0, n);
        to.write(piece, 0, n);
        // Where nobody reads what we write, the command is to learn of it as if it wrote there itself.
        return !to.checkError();
    }

    @Override
    public void close() {
        linux.close(socket);
    }
}
