package io.bulkhead.spec;

import java.util.Locale;
import java.util.Optional;

/**
 * A signal that can be sent, numbered as on x86-64 and aarch64.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</a>
 */
public enum Signal {
    HUP(1),
    INT(2),
    QUIT(3),
    ILL(4),
    TRAP(5),
    ABRT(6),
    BUS(7),
    FPE(8),
    KILL(9),
    USR1(10),
    SEGV(11),
    USR2(12),
    PIPE(13),
    ALRM(14),
    TERM(15),
    STKFLT(16),
    CHLD(17),
    CONT(18),
    STOP(19),
    TSTP(20),
    TTIN(21),
    TTOU(22),
    URG(23),
    XCPU(24),
    XFSZ(25),
    VTALRM(26),
    PROF(27),
    WINCH(28),
    IO(29),
    PWR(30),
    SYS(31);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** {@code TERM}, {@code SIGTERM}, {@code term} and {@code 15} all name {@link #TERM}. */
    public static Optional<Signal> parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        String bare = name.startsWith("SIG") ? name.substring(3) : name;
        for (Signal signal : values()) {
            if (signal.name().equals(bare) || Integer.toString(signal.number).equals(bare)) {
                return Optional.of(signal);
            }
        }
        return Optional.empty();
    }

    /** What a wait status calls {@code number}: {@code SIGKILL}, or {@code signal 40} for a real-time one. */
    public static String nameOf(int number) {
        for (Signal signal : values()) {
            if (signal.number == number) {
                return "SIG" + signal.name();
            }
        }
        return "signal " + number;
    }
}
