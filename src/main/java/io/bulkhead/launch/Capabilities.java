package io.bulkhead.launch;

import java.util.EnumSet;
import java.util.Set;

/**
 * Sets of capabilities as the kernel numbers them.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
final class Capabilities {
    /** Those a service may have; the ordinal is not the kernel's number, {@link #number} is. */
    enum Capability {
        CHOWN(0),
        DAC_OVERRIDE(1),
        FOWNER(3),
        FSETID(4),
        KILL(5),
        SETGID(6),
        SETUID(7),
        SETPCAP(8),
        NET_BIND_SERVICE(10),
        NET_RAW(13),
        SYS_CHROOT(18),
        MKNOD(27),
        AUDIT_WRITE(29),
        SETFCAP(31);

        private final int number;

        Capability(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** What Docker gives a container by default. */
    static final Set<Capability> DEFAULT = EnumSet.allOf(Capability.class);

    private Capabilities() {}

    /** The set as a bit mask, bit N for capability number N. */
    static long mask(Set<Capability> set) {
        long mask = 0;
        for (Capability capability : set) {
            mask |= 1L << capability.number();
        }
        return mask;
    }
}
