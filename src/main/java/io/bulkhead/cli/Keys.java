package io.bulkhead.cli;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The keys that somebody presses at the terminal, one by one; none where standard input is no terminal. */
final class Keys implements AutoCloseable {
    private static final int END = 4;

    private final BlockingQueue<Integer> pressed = new LinkedBlockingQueue<>();
    private final Optional<UserTerminal> terminal;

    Keys(Linux linux) throws ErrnoException {
        terminal = UserTerminal.isThere(linux) ? Optional.of(new UserTerminal(linux)) : Optional.empty();
        if (terminal.isPresent()) {
            Thread reader = new Thread(this::read, "keys");
            reader.setDaemon(true);
            reader.start();
        }
    }

    private void read() {
        int key;
        do {
            try {
                key = System.in.read();
            } catch (IOException e) {
                key = -1;
            }
            pressed.add(key < 0 ? END : key);
        } while (key >= 0);
    }

    /** The next one, waited for as long; empty where none is pressed. */
    Optional<Integer> next(long millis) throws InterruptedException {
        return Optional.ofNullable(pressed.poll(millis, TimeUnit.MILLISECONDS));
    }

    /** Whether a key asks for the end: q, Ctrl-C, Ctrl-D. */
    static boolean ends(int key) {
        return key == 'q' || key == 'Q' || key == 3 || key == END;
    }

    @Override
    public void close() {
        terminal.ifPresent(UserTerminal::close);
    }
}
