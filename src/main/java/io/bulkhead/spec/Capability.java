package io.bulkhead.spec;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A capability, with the kernel's number.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public enum Capability {
    CHOWN(0),
    DAC_OVERRIDE(1),
    DAC_READ_SEARCH(2),
    FOWNER(3),
    FSETID(4),
    KILL(5),
    SETGID(6),
    SETUID(7),
    SETPCAP(8),
    LINUX_IMMUTABLE(9),
    NET_BIND_SERVICE(10),
    NET_BROADCAST(11),
    NET_ADMIN(12),
    NET_RAW(13),
    IPC_LOCK(14),
    IPC_OWNER(15),
    SYS_MODULE(16),
    SYS_RAWIO(17),
    SYS_CHROOT(18),
    SYS_PTRACE(19),
    SYS_PACCT(20),
    SYS_ADMIN(21),
    SYS_BOOT(22),
    SYS_NICE(23),
    SYS_RESOURCE(24),
    SYS_TIME(25),
    SYS_TTY_CONFIG(26),
    MKNOD(27),
    LEASE(28),
    AUDIT_WRITE(29),
    AUDIT_CONTROL(30),
    SETFCAP(31),
    MAC_OVERRIDE(32),
    MAC_ADMIN(33),
    SYSLOG(34),
    WAKE_ALARM(35),
    BLOCK_SUSPEND(36),
    AUDIT_READ(37),
    PERFMON(38),
    BPF(39),
    CHECKPOINT_RESTORE(40);

    /** What Docker gives a container by default. */
    public static final Set<Capability> DEFAULT = Collections.unmodifiableSet(EnumSet.of(
            CHOWN,
            DAC_OVERRIDE,
            FOWNER,
            FSETID,
            KILL,
            SETGID,
            SETUID,
            SETPCAP,
            NET_BIND_SERVICE,
            NET_RAW,
            SYS_CHROOT,
            MKNOD,
            AUDIT_WRITE,
            SETFCAP));

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** Bit N of a set stands for capability number N. */
    public static long mask(Set<Capability> set) {
        long mask = 0;
        for (Capability capability : set) {
            mask |= 1L << capability.number;
        }
        return mask;
    }

    /** By its name, with or without {@code CAP_}, in any case. */
    public static Optional<Capability> parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        String bare = name.startsWith("CAP_") ? name.substring(4) : name;
        for (Capability capability : values()) {
            if (capability.name().equals(bare)) {
                return Optional.of(capability);
            }
        }
        return Optional.empty();
    }
}
