package io.bulkhead.config;

import io.bulkhead.spec.IpAddress;
import io.bulkhead.spec.NetworkLink;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** The keys of {@code net} that connect a private network: {@code bridge} to {@code mtu}. */
final class NetworkLinkReader {
    static final List<String> KEYS = List.of("bridge", "address", "gateway", "interface", "mac", "mtu");

    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,15}");
    private static final Scalar<String> INTERFACE =
            Scalar.matching("an interface's name: 1 to 15 letters, digits, '_', '.' or '-'", NAME);
    private static final Scalar<NetworkLink.Address> ADDRESS =
            new Scalar<>("an address with the length of its network such as 10.0.3.5/24", NetworkLinkReader::address);
    private static final Scalar<IpAddress> GATEWAY = new Scalar<>(
            "an address such as 10.0.3.1",
            text -> IpAddress.of(text).orElseThrow(() -> new Refusal("is not an address such as 10.0.3.1")));
    private static final Scalar<String> MAC = new Scalar<>("a hardware address", NetworkLinkReader::hardwareAddress);
    /** From the least that IPv4 works with to the most that a length of 16 bits says. */
    private static final Scalar<Long> MTU = Scalar.integer(68, 65_535);

    private static final long LEAST_FOR_V6 = 1280;

    private final Section net;
    private final boolean own;

    /** @param own whether the network is private */
    NetworkLinkReader(Section net, boolean own) {
        this.net = net;
        this.own = own;
    }

    Optional<NetworkLink> read() {
        Optional<String> bridge = net.get("bridge", INTERFACE);
        List<NetworkLink.Address> addresses = all("address", ADDRESS);
        List<IpAddress> gateways = all("gateway", GATEWAY);
        String name = net.get("interface", INTERFACE, NetworkLink.DEFAULT_NAME);
        Optional<String> mac = net.get("mac", MAC);
        Optional<Long> mtu = net.get("mtu", MTU);
        if (bridge.isEmpty()) {
            idle("address", !addresses.isEmpty());
            idle("gateway", !gateways.isEmpty());
            idle("interface", !name.equals(NetworkLink.DEFAULT_NAME));
            idle("mac", mac.isPresent());
            idle("mtu", mtu.isPresent());
            return Optional.empty();
        }
        check(addresses, gateways, mtu);
        return Optional.of(new NetworkLink(
                bridge.get(),
                addresses,
                gateways,
                name,
                mac,
                mtu.map(n -> OptionalInt.of(n.intValue())).orElse(OptionalInt.empty())));
    }

    private void idle(String key, boolean present) {
        if (present && !net.has("bridge")) {
            net.conflict(List.of(key), "has no effect alone: bridge is needed");
        }
    }

    private void check(List<NetworkLink.Address> addresses, List<IpAddress> gateways, Optional<Long> mtu) {
        if (!own) {
            net.conflict(List.of("bridge"), "needs namespaces.net = private");
        }
        boolean none = !net.has("address") || (net.isList("address") && addresses.isEmpty());
        if (none && net.isService()) {
            net.problem("address", "is required with a bridge: an address such as 10.0.3.5/24");
        }
        Set<IpAddress> hosts = new HashSet<>();
        for (NetworkLink.Address address : addresses) {
            if (!hosts.add(address.host())) {
                net.conflict(List.of("address"), address.host() + " stands there twice");
            }
            if (!address.host().isV4() && mtu.isPresent() && mtu.get() < LEAST_FOR_V6) {
                net.conflict(List.of("mtu"), "IPv6 needs " + LEAST_FOR_V6 + " or more");
            }
        }
        if (gateways.stream().map(IpAddress::bits).distinct().count() < gateways.size()) {
            net.conflict(List.of("gateway"), "allowed is one of IPv4 and one of IPv6");
        }
        for (IpAddress gateway : gateways) {
            if (hosts.contains(gateway)) {
                net.conflict(List.of("gateway"), gateway + " is the service's own address");
            } else if (!none && addresses.stream().noneMatch(a -> isNear(gateway, a))) {
                net.conflict(List.of("gateway"), gateway + " is in the network of no address");
            }
        }
    }

    private static boolean isNear(IpAddress gateway, NetworkLink.Address address) {
        return gateway.isInNetwork(address.host(), address.prefix());
    }

    /** One, or a list. */
    private <T> List<T> all(String key, Scalar<T> scalar) {
        if (net.isList(key)) {
            return net.list(key, scalar).orElse(List.of());
        }
        return net.get(key, scalar).map(List::of).orElse(List.of());
    }

    private static NetworkLink.Address address(String text) throws Refusal {
        int slash = text.indexOf('/');
        Optional<IpAddress> host = slash < 0 ? Optional.empty() : IpAddress.of(text.substring(0, slash));
        String length = text.substring(slash + 1);
        if (host.isEmpty() || !length.matches("[0-9]{1,3}")) {
            throw new Refusal("is not an address with the length of its network such as 10.0.3.5/24");
        }
        int prefix = Integer.parseInt(length);
        if (prefix > host.get().bits()) {
            throw new Refusal("has a network of more than " + host.get().bits() + " bits");
        }
        return new NetworkLink.Address(host.get(), prefix);
    }

    private static String hardwareAddress(String text) throws Refusal {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            throw new Refusal("is not a hardware address such as 02:42:0a:00:03:05");
        }
        int first = Integer.parseInt(text.substring(0, 2), 16);
        if ((first & 1) != 0 || text.matches("[0:]+")) {
            throw new Refusal("is not the address of a single interface: the first number must be even, not all be 0");
        }
        return text.toLowerCase(Locale.ROOT);
    }
}
