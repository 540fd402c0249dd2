package io.bulkhead.libc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
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
            while (!isHeld()) {
                Thread.onSpinWait();
            }
            die();
        });
        killer.setDaemon(true);
        killer.start();
    }

    /** Whether a child of ours sleeps in the call that holds it: proc_pid_syscall(5). */
    private static boolean isHeld() {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                for (String child : read(thread.resolve("children")).split(" ", -1)) {
                    if (!child.isEmpty() && read(Path.of("/proc", child, "syscall")).startsWith(NANOSLEEP + " ")) {
                        return true;
                    }
                }
            }
        } catch (IOException e) {
            // a thread or a child that ended meanwhile
        }
        return false;
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).strip();
    }

    private static void die() {
        LibraryLoader.create(Suicide.class).load("c").kill(Linux.get().getpid(), SIGKILL);
        while (true) {
            Thread.onSpinWait(); // not one instruction of the daemon's more
        }
    }
}
