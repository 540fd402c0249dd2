package io.bulkhead.spec;

import java.util.Optional;

/**
 * Which namespaces a service has to itself; those it doesn't, it shares with the host.
 *
 * @param net whose network it has
 * @param user whom its users are on the host; empty: themselves
 * @param time how its clocks differ from the host's; empty: they are the host's
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public record Namespaces(
        boolean pid,
        boolean mount,
        boolean uts,
        boolean ipc,
        boolean cgroup,
        NetworkNamespace net,
        Optional<UserNamespace> user,
        Optional<ClockOffsets> time) {
    /** All private but the network, the users and the clocks. */
    public static final Namespaces DEFAULT = new Namespaces(
            true, true, true, true, true, new NetworkNamespace.Host(), Optional.empty(), Optional.empty());

    public Namespaces with(NetworkNamespace value) {
        return new Namespaces(pid, mount, uts, ipc, cgroup, value, user, time);
    }

    public Namespaces with(UserNamespace value) {
        return new Namespaces(pid, mount, uts, ipc, cgroup, net, Optional.of(value), time);
    }
}
