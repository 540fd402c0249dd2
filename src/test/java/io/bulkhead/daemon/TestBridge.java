package io.bulkhead.daemon;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.netlink.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A bridge of a test's own, with addresses of ranges that documentation has to itself, gone at its end. */
record TestBridge(String name) implements AutoCloseable {
    static TestBridge make() throws Exception {
        String name = "bhit" + ProcessHandle.current().pid();
        try (Network network = new Network(Linux.get().namespaces().netlink())) {
            addBridge(network, name);
            network.addAddress(name, InetAddress.getByName("198.51.100.1"), 24);
            network.addAddress(name, InetAddress.getByName("2001:db8::1"), 64);
        }
        return new TestBridge(name);
    }

    private static void addBridge(Network network, String name) throws ErrnoException {
        try {
            network.addBridge(name);
        } catch (ErrnoException e) {
            boolean unknown = e.errno() == ErrnoException.EOPNOTSUPP;
            if (unknown) {
                System.out.println("SKIPPED: no bridges in this kernel: " + e.getMessage());
            }
            Assumptions.assumeFalse(unknown);
            throw e;
        }
    }

    /** The interfaces that are on it. */
    List<String> ports() throws IOException {
        try (Stream<Path> ports = Files.list(Path.of("/sys/class/net", name, "brif"))) {
            return ports.map(port -> port.getFileName().toString()).toList();
        }
    }

    @Override
    public void close() throws ErrnoException {
        try (Network network = new Network(Linux.get().namespaces().netlink())) {
            network.remove(name);
        }
    }
}
