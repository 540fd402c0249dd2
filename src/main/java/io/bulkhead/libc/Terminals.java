package io.bulkhead.libc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Terminals and pseudo-terminals. pty(7), ioctl_tty(2), termios(3) */
public final class Terminals {
    public static final int TIOCSCTTY = 0x540E;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCGPTPEER = 0x5441;
    public static final int O_NOCTTY = 0400;

    private static final int TCGETS = 0x5401;
    private static final int TCSETS = 0x5402;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TIOCSWINSZ = 0x5414;
    private static final long DEVPTS_SUPER_MAGIC = 0x1cd1;
    private static final long PTMX = 5 << 8 | 2;
    private static final int TERMIOS = 64;
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int NOSUID_NOEXEC = 2 | 8; // MOUNT_ATTR_*

    private static final int IXON = 02000;
    private static final int INPUT = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100; // IGNBRK … ICRNL, as cfmakeraw(3)
    private static final int OPOST = 1;
    private static final int LOCAL = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000; // ISIG, ICANON, ECHO, ECHONL, IEXTEN
    private static final int CSIZE_PARENB = 060 | 0400;
    private static final int CS8 = 060;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    Terminals(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** Both ends of a pseudo-terminal; both are close-on-exec. */
    public record Pair(int master, int slave) {}

    /** How many characters a terminal shows. */
    public record Size(int rows, int columns) {}

    /**
     * The first pseudo-terminal of a devpts(5) of its own, which is mounted nowhere yet.
     *
     * @param mount to be attached by whose it is; close-on-exec
     */
    public record Fresh(int mount, Pair pair) {}

    /** A new devpts with its first pseudo-terminal. fsopen(2) */
    public Fresh fresh() throws ErrnoException {
        int context = checked(SystemCall.FSOPEN, "fsopen devpts", text("devpts"), FSOPEN_CLOEXEC, 0, 0, 0);
        int mount;
        try {
            // Group 5 is tty wherever there is one; devpts wants a number. grantpt(3)
            for (String[] option : new String[][] {{"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}}) {
                checked(
                        SystemCall.FSCONFIG,
                        "fsconfig devpts " + option[0],
                        context,
                        FSCONFIG_SET_STRING,
                        text(option[0]),
                        text(option[1]),
                        0);
            }
            checked(SystemCall.FSCONFIG, "fsconfig devpts", context, FSCONFIG_CMD_CREATE, 0, 0, 0);
            mount = checked(SystemCall.FSMOUNT, "fsmount devpts", context, FSMOUNT_CLOEXEC, NOSUID_NOEXEC, 0, 0);
        } finally {
            linux.close(context);
        }
        try {
            int flags = Linux.O_RDWR | O_NOCTTY | Linux.O_CLOEXEC;
            return new Fresh(mount, pair(checked(SystemCall.OPENAT, "open ptmx", mount, text("ptmx"), flags, 0, 0)));
        } catch (ErrnoException e) {
            linux.close(mount);
            throw e;
        }
    }

    private Pointer text(String text) {
        byte[] bytes = (text + "\0").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Pointer memory = Memory.allocateDirect(runtime, bytes.length, true);
        memory.put(0, bytes, 0, bytes.length);
        return memory;
    }

    private int checked(SystemCall call, String operation, Object... arguments) throws ErrnoException {
        long[] values = new long[5];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    arguments[i] instanceof Pointer pointer ? pointer.address() : ((Number) arguments[i]).longValue();
        }
        long result = c.syscall(call.number(), values[0], values[1], values[2], values[3], values[4], 0);
        if (result < 0) {
            throw linux.failure(operation);
        }
        return (int) result;
    }

    /** A new pseudo-terminal of the host's. */
    public Pair open() throws ErrnoException {
        return pair(linux.open("/dev/ptmx", Linux.O_RDWR | O_NOCTTY));
    }

    /**
     * A new pseudo-terminal of the devpts(5) that is mounted at {@code /dev/pts} of a root, whoever can write there; anything
     * else that is found there is not opened.
     *
     * @param root a directory's descriptor
     */
    public Pair openIn(int root) throws ErrnoException {
        int found = linux.openInRoot(root, "/dev/pts/ptmx", Linux.O_PATH | Linux.O_NOFOLLOW);
        try {
            String path = "/proc/self/fd/" + found;
            if (linux.fileSystemType(path) != DEVPTS_SUPER_MAGIC || deviceNumber(path) != PTMX) {
                throw new ErrnoException("open /dev/pts/ptmx (not one of devpts)", ErrnoException.ENXIO);
            }
            return pair(linux.open(path, Linux.O_RDWR | O_NOCTTY));
        } finally {
            linux.close(found);
        }
    }

    private static long deviceNumber(String path) {
        try {
            return (Long) Files.getAttribute(Path.of(path), "unix:rdev");
        } catch (IOException e) {
            return 0;
        }
    }

    /** The other end, by the descriptor and not by its name, which could be anybody's by now. TIOCGPTPEER, Linux 4.13 */
    private Pair pair(int master) throws ErrnoException {
        try {
            Pointer unlocked = Memory.allocateDirect(runtime, 4, true);
            control(master, TIOCSPTLCK, unlocked.address(), "TIOCSPTLCK");
            int slave = (int) control(master, TIOCGPTPEER, Linux.O_RDWR | O_NOCTTY | Linux.O_CLOEXEC, "TIOCGPTPEER");
            return new Pair(master, slave);
        } catch (ErrnoException e) {
            linux.close(master);
            throw e;
        }
    }

    public boolean isTerminal(int fd) {
        return c.ioctl(fd, TCGETS, Memory.allocateDirect(runtime, TERMIOS, true)) == 0;
    }

    public Size size(int fd) throws ErrnoException {
        Pointer size = Memory.allocateDirect(runtime, 8, true);
        control(fd, TIOCGWINSZ, size.address(), "TIOCGWINSZ");
        return new Size(size.getShort(0) & 0xffff, size.getShort(2) & 0xffff);
    }

    /** Whoever is in the foreground there gets SIGWINCH, if it is another size. */
    public void resize(int fd, Size size) throws ErrnoException {
        Pointer bytes = Memory.allocateDirect(runtime, 8, true);
        bytes.putShort(0, (short) size.rows);
        bytes.putShort(2, (short) size.columns);
        control(fd, TIOCSWINSZ, bytes.address(), "TIOCSWINSZ");
    }

    /** A terminal's settings as they are, to be given back by {@link #restore}. */
    public byte[] settings(int fd) throws ErrnoException {
        Pointer termios = Memory.allocateDirect(runtime, TERMIOS, true);
        control(fd, TCGETS, termios.address(), "TCGETS");
        byte[] bytes = new byte[TERMIOS];
        termios.get(0, bytes, 0, TERMIOS);
        return bytes;
    }

    public void restore(int fd, byte[] settings) throws ErrnoException {
        Pointer termios = Memory.allocateDirect(runtime, TERMIOS, true);
        termios.put(0, settings, 0, TERMIOS);
        control(fd, TCSETS, termios.address(), "TCSETS");
    }

    /** Every key is a byte to be read, Ctrl-C too, and what is written is shown as it is. cfmakeraw(3) */
    public void raw(int fd) throws ErrnoException {
        Pointer termios = Memory.allocateDirect(runtime, TERMIOS, true);
        control(fd, TCGETS, termios.address(), "TCGETS");
        // struct termios: four words of flags, a byte of line discipline, the control characters
        termios.putInt(0, termios.getInt(0) & ~(INPUT | IXON));
        termios.putInt(4, termios.getInt(4) & ~OPOST);
        termios.putInt(8, (termios.getInt(8) & ~CSIZE_PARENB) | CS8);
        termios.putInt(12, termios.getInt(12) & ~LOCAL);
        termios.putByte(17 + VMIN, (byte) 1);
        termios.putByte(17 + VTIME, (byte) 0);
        control(fd, TCSETS, termios.address(), "TCSETS");
    }

    private long control(int fd, int request, long argument, String name) throws ErrnoException {
        long result;
        do {
            result = c.syscall(SystemCall.IOCTL.number(), fd, request, argument, 0, 0, 0);
        } while (result < 0 && linux.errno() == ErrnoException.EINTR);
        if (result < 0) {
            throw linux.failure("ioctl " + name);
        }
        return result;
    }
}
