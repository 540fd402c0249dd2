package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import jnr.ffi.Pointer;

/**
 * The daemon's own hold on the terminal of a command that is attended, so that the command can go on when who attends it
 * leaves. Who is gone without leaving has hung up, and so does the terminal. Thread-safe.
 */
final class HeldTerminal {
    private static final int PIECE = 4096;
    private static final int CLOSED = -1;

    private final Linux linux;
    private int master;

    /** @param master to be duplicated */
    HeldTerminal(Linux linux, int master) throws ErrnoException {
        this.linux = linux;
        this.master = linux.duplicate(master, 0);
    }

    /** Who attended it is gone, or it is over. */
    synchronized void release() {
        if (master != CLOSED) {
            linux.close(master);
            master = CLOSED;
        }
    }

    /** Nobody listens any more, but somebody must: whoever writes would wait for it. */
    synchronized void leave() {
        if (master == CLOSED) {
            return;
        }
        int left = master;
        master = CLOSED;
        Thread thread = new Thread(() -> drain(left), "left-terminal");
        thread.setDaemon(true);
        thread.start();
    }

    private void drain(int left) {
        Pointer buffer = linux.allocate(PIECE);
        try {
            while (linux.read(left, buffer, PIECE, "a terminal").orElse(0) > 0) {
                // Thrown away.
            }
        } catch (ErrnoException e) {
            // EIO: nobody has the other end open any more. ioctl_tty(2)
        } finally {
            linux.close(left);
        }
    }
}
