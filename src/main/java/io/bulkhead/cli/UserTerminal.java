package io.bulkhead.cli;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Terminals;
import jnr.constants.platform.Signal;
import jnr.posix.POSIXFactory;

/** The terminal that somebody sits at, lent to a command: it passes on every key, and is as it was when this is closed. */
final class UserTerminal implements AutoCloseable {
    private static final int INPUT = 0;

    private final Linux linux;
    private final byte[] before;
    private final Thread hook;
    private boolean restored;

    UserTerminal(Linux linux) throws ErrnoException {
        this.linux = linux;
        this.before = linux.terminals().settings(INPUT);
        // SIGTERM and SIGHUP end the JVM by its hooks; Ctrl-C is a key.
        this.hook = new Thread(this::restore, "restore-terminal");
        Runtime.getRuntime().addShutdownHook(hook);
        linux.terminals().raw(INPUT);
    }

    static boolean isThere(Linux linux) {
        return linux.terminals().isTerminal(INPUT);
    }

    static Terminals.Size size(Linux linux) {
        try {
            return linux.terminals().size(INPUT);
        } catch (ErrnoException e) {
            return new Terminals.Size(0, 0);
        }
    }

    /** Lets another terminal be as large as this one, now and after each change. */
    void follow(int master) {
        // The pure Java one goes through the JVM's own handlers.
        POSIXFactory.getJavaPOSIX().signal(Signal.SIGWINCH, number -> resize(master));
        resize(master);
    }

    private void resize(int master) {
        try {
            linux.terminals().resize(master, linux.terminals().size(INPUT));
        } catch (ErrnoException e) {
            // It has hung up: there is nothing more to be shown in any size.
        }
    }

    private synchronized void restore() {
        if (restored) {
            return;
        }
        restored = true;
        try {
            linux.terminals().restore(INPUT, before);
        } catch (ErrnoException e) {
            // It has hung up.
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is being run.
        }
    }
}
