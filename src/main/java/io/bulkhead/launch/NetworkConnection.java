package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.netlink.Network;
import io.bulkhead.spec.IpAddress;
import io.bulkhead.spec.NetworkLink;
import java.util.HexFormat;

/** Makes a network namespace reachable. What it makes is gone with the namespace, or with the bridge. */
final class NetworkConnection {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private final Linux linux;
    private final SpareNetwork networks;

    NetworkConnection(Linux linux, SpareNetwork networks) {
        this.linux = linux;
        this.networks = networks;
    }

    /**
     * Connects it.
     *
     * @param network a descriptor of the namespace
     */
    void make(NetworkLink link, int network) throws ErrnoException {
        try (Network host = new Network(linux.namespaces().netlink())) {
            host.addPair(
                    link.bridge(),
                    new Network.End(link.name(), network, link.hardwareAddress().map(COLONS::parseHex), link.mtu()));
        }
        try (Network inside = new Network(networks.socketIn(network))) {
            for (NetworkLink.Address address : link.addresses()) {
                inside.addAddress(link.name(), address.host().toInetAddress(), address.prefix());
            }
            inside.bringUp(link.name());
            for (IpAddress gateway : link.gateways()) {
                inside.addDefaultRoute(link.name(), gateway.toInetAddress());
            }
        }
    }
}
