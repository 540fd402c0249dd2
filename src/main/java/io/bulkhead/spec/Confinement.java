package io.bulkhead.spec;

/**
 * What a service's processes may ask of the kernel.
 *
 * @param noNewPrivileges whether setuid binaries lose their power inside
 * @param capabilities which it has beyond or short of the usual ones
 * @param seccomp which system calls it may make
 */
public record Confinement(boolean noNewPrivileges, CapabilityChanges capabilities, Seccomp seccomp) {
    public static final Confinement DEFAULT = new Confinement(true, CapabilityChanges.NONE, new Seccomp.Default());
}
