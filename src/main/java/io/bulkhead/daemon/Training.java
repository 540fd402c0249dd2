package io.bulkhead.daemon;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.ControlServer;
import io.bulkhead.generations.Generation;
import io.bulkhead.libc.Linux;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Reconfiguration;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Loads the classes that a start and a first answer need, for the class-data archive. Needs no root. */
final class Training {
    private Training() {}

    static void run() throws Exception {
        Path directory = Files.createTempDirectory("bulkhead-train");
        Path file = directory.resolve("supervisord.conf");
        try {
            Files.writeString(
                    file,
                    "supervisor { run-dir = " + directory + " }\nservices { a { rootfs = " + directory
                            + ", command = [a] } }\n");
            new ConfigLoader().load(file);
            Linux.get().getpid();
            answer(directory);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }

    private static void answer(Path directory) throws Exception {
        Operations nothing = (Operations) Proxy.newProxyInstance(
                Training.class.getClassLoader(),
                new Class<?>[] {Operations.class},
                (proxy, method, arguments) -> method.getName().equals("configuration") ? configuration() : List.of());
        String group = Files.readAttributes(directory, PosixFileAttributes.class)
                .group()
                .getName();
        Path socket = directory.resolve("control.sock");
        try (ControlServer server = new ControlServer(nothing, socket, 0600, group)) {
            server.start();
            get(socket, "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        }
        Files.deleteIfExists(socket);
    }

    private static Reconfiguration configuration() {
        Generation one =
                new Generation(1, Instant.EPOCH, "supervisord", "start", "", "", 1, "", false, Optional.empty());
        return (Reconfiguration) Proxy.newProxyInstance(
                Training.class.getClassLoader(),
                new Class<?>[] {Reconfiguration.class},
                (proxy, method, arguments) -> one);
    }

    private static void get(Path socket, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            while (channel.read(answer) >= 0) {
                answer.clear();
            }
        }
    }
}
