package io.bulkhead.daemon;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services with a network of their own, and the way to them. */
@KernelTest
final class NetworkIT {
    private static final int PORT = 6379;

    private static String redis(DaemonBed bed, String name, String keys) throws IOException {
        Path rootfs = bed.rootfs(name, "/usr/bin/redis-server");
        return name + " { rootfs = " + rootfs + ", namespaces.net = private\n"
                + "command = [/usr/bin/redis-server, --bind, 0.0.0.0, \"::\", --protected-mode, no, --save, \"\"]\n"
                + keys
                + "}\n";
    }

    private static String ping(String address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, PORT), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            for (int c = socket.getInputStream().read();
                    c >= 0 && c != '\n';
                    c = socket.getInputStream().read()) {
                answer.write(c);
            }
            return answer.toString(StandardCharsets.US_ASCII).strip();
        }
    }

    private static void awaitPong(String address) {
        await().atMost(DaemonBed.PATIENCE)
                .ignoreExceptions()
                .until(() -> ping(address).equals("+PONG"));
    }

    @Test
    void aServerOnABridgeIsReachedAndLeavesNothing() throws Exception {
        try (TestBridge bridge = TestBridge.make();
                DaemonBed bed = new DaemonBed()) {
            bed.services(redis(
                            bed,
                            "web",
                            "net { bridge = " + bridge.name() + ", address = [198.51.100.5/24, \"2001:db8::5/64\"]\n"
                                    + "gateway = [198.51.100.1, \"2001:db8::1\"], interface = lan0, mtu = 1400 }\n"
                                    + "restart.backoff.initial = 0 ms"))
                    .start();

            awaitPong("198.51.100.5");
            awaitPong("2001:db8::5");
            Path net = Path.of("/proc", Long.toString(bed.pid("web")), "net");
            assertTrue(Files.readString(net.resolve("dev")).contains("lan0:"), "its name");
            // Destination and gateway in hexadecimal, the last byte first.
            assertTrue(Files.readString(net.resolve("route")).contains("lan0\t00000000\t016433C6\t"), "its way out");
            assertEquals(1, bridge.ports().size());
            String mtu =
                    Files.readString(Path.of("/sys/class/net", bridge.ports().get(0), "mtu"));
            assertEquals("1400", mtu.strip());
            assertTrue(bed.done("inspect", "web").contains("[198.51.100.5/24, 2001:db8::5/64]"));

            // The same address again, while the kernel may still be taking the old interfaces down.
            DaemonBed.signal("KILL", bed.pid("web"));
            awaitPong("198.51.100.5");

            bed.done("stop", "web");
            await().atMost(DaemonBed.PATIENCE).until(() -> bridge.ports().isEmpty());
        }
    }

    @Test
    void servicesOnOneBridgeReachEachOtherAndKeepTheirHardwareAddress() throws Exception {
        try (TestBridge bridge = TestBridge.make();
                DaemonBed bed = new DaemonBed()) {
            String net = "net { bridge = " + bridge.name()
                    + ", mac = \"02:00:00:00:00:0%d\", address = 198.51.100.%d/24 }\n";
            bed.services(redis(bed, "one", net.formatted(5, 5))
                            + redis(bed, "two", net.formatted(6, 6))
                                    .replace("--save", "--replicaof, 198.51.100.5, 6379, --save"))
                    .start();

            bed.awaitOutput("two", "MASTER <-> REPLICA sync: Finished with success");

            String neighbours = Files.readString(Path.of("/proc", Long.toString(bed.pid("two")), "net/arp"));
            assertTrue(neighbours.contains("02:00:00:00:00:05"), neighbours);
        }
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        try (TestBridge bridge = TestBridge.make();
                DaemonBed bed = new DaemonBed()) {
            bed.services("").start();

            bed.services(redis(bed, "web", "net { bridge = nosuch0, address = 198.51.100.5/24 }"));
            String missing = bed.ctl("reload").err();
            bed.services(redis(
                    bed,
                    "web",
                    "autostart = false, restart.policy = never\nnet { bridge = " + bridge.name()
                            + ", address = 198.51.100.5/24, interface = lo }"));
            bed.done("reload");
            int code = bed.ctl("start", "web").code();

            assertTrue(missing.contains("services.web.net.bridge: nosuch0 is no bridge of this host"), missing);
            assertEquals(7, code);
            assertTrue(
                    bed.status("web")
                            .contains("RTM_NEWLINK lo type veth, its other end on " + bridge.name() + ": EEXIST"),
                    bed.status("web"));
            assertEquals(List.of(), bridge.ports());
        }
    }
}
