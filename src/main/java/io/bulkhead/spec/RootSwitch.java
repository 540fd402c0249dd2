package io.bulkhead.spec;

/** How a service's process gets its root directory. */
public enum RootSwitch {
    /** {@code pivot_root}, and {@code chroot} only where {@code pivot_root} cannot be (an initramfs, no mount namespace). */
    AUTO,
    /** {@code pivot_root(2)} or failure. */
    PIVOT_ROOT,
    /** {@code chroot(2)}; CAP_SYS_CHROOT is then withheld, for with it a process can leave. */
    CHROOT
}
