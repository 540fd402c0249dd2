package io.bulkhead.libc;

import jnr.ffi.LibraryLoader;

/**
 * Takes the place of the class that does nothing: kills the daemon at a checkpoint, or with a child held before an entry of
 * its program. What to do is told by system properties:
 *
 * <pre>
 * interrupt.at     the checkpoint's name
 * interrupt.nth    at which time it is reached; 1 if unset
 * interrupt.entry  the number of the entry that the first service's child is held before; the daemon dies while it waits
 * interrupt.hold   for how long the child is held, in milliseconds
 * </pre>
 */
final class Interruption {
    private static final int SIGKILL = 9;
    /** The same on x86-64 and aarch64 in nothing but its meaning. */
    private static final int NANOSLEEP = Linux.isAarch64() ? 101 : 35;

    private static final String AT = System.getProperty("interrupt.at", "");
    private static final int ENTRY = Integer.getInteger("interrupt.entry", -1);
    private static int left = Integer.getInteger("interrupt.nth", 1);
    private static boolean held;

    private Interruption() {}

    /** The one function of the C library that the daemon itself has no use for. */
    public interface Suicide {
        int kill(int pid, int signal);
    }

    static synchronized void at(Checkpoint checkpoint) {
        if (checkpoint.name().equals(AT) && --left == 0) {
            die();
        }
    }

    static synchronized void before(SyscallProgram.Builder program) {
        if (program.length() != ENTRY || held || !program.makesNamespaces()) {
            return;
        }
        held = true;
        long hold = Long.getLong("interrupt.hold", 0);
        program.call(NANOSLEEP, "held", program.longs(hold / 1000, hold % 1000 * 1_000_000), 0);
        Thread killer = new Thread(() -> {
            try {
                Thread.sleep(100); // the child is clone'd and at its entry by then
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            die();
        });
        killer.setDaemon(true);
        killer.start();
    }

    private static void die() {
        LibraryLoader.create(Suicide.class).load("c").kill(Linux.get().getpid(), SIGKILL);
        while (true) {
            Thread.onSpinWait(); // not one instruction of the daemon's more
        }
    }
}
