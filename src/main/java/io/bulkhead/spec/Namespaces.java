package io.bulkhead.spec;

/**
 * Which namespaces a service has to itself; those it doesn't, it shares with the host.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public record Namespaces(boolean pid, boolean mount, boolean uts, boolean ipc, boolean cgroup, boolean net) {
    /** All private but the network. */
    public static final Namespaces DEFAULT = new Namespaces(true, true, true, true, true, false);
}
