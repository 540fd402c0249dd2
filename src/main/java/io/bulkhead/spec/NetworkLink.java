package io.bulkhead.spec;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a private network is reached: a pair of virtual interfaces, one of them the service's, the other on a bridge of the
 * host's.
 *
 * @param bridge an interface of the host's
 * @param addresses the service's, at least one
 * @param gateways where it sends what is for others, at most one a family, each in the network of an address
 * @param name of the service's interface, 1 to 15 bytes
 * @param hardwareAddress {@code 02:42:0a:00:03:05}; empty: the kernel chooses one
 * @param mtu 68 to 65535; empty: the kernel's default
 * @see <a href="https://man7.org/linux/man-pages/man4/veth.4.html">veth(4)</a>
 */
public record NetworkLink(
        String bridge,
        List<Address> addresses,
        List<IpAddress> gateways,
        String name,
        Optional<String> hardwareAddress,
        OptionalInt mtu) {
    public static final String DEFAULT_NAME = "eth0";

    public NetworkLink {
        addresses = List.copyOf(addresses);
        gateways = List.copyOf(gateways);
    }

    /**
     * An address, and how many bits of it are its network's.
     *
     * @param prefix 0 to 32, or to 128
     */
    public record Address(IpAddress host, int prefix) {
        @Override
        public String toString() {
            return host + "/" + prefix;
        }
    }
}
