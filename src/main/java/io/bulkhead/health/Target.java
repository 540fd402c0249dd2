package io.bulkhead.health;

import io.bulkhead.spec.IpAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Where a service is to listen.
 *
 * @param host as it was configured: {@code localhost}, or a numeric address
 * @param port 1 to 65535
 * @param network a pidfd of a process in its network; empty: the daemon's own
 */
record Target(String host, int port, OptionalInt network) {
    /** To be tried in turn. */
    List<InetAddress> addresses() {
        Stream<String> addresses = host.equals("localhost") ? Stream.of("127.0.0.1", "::1") : Stream.of(host);
        return addresses
                .flatMap(text -> IpAddress.of(text).stream())
                .map(IpAddress::toInetAddress)
                .toList();
    }

    /** {@code [::1]:8080} */
    @Override
    public String toString() {
        return bracketed() + ":" + port;
    }

    String bracketed() {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }
}
