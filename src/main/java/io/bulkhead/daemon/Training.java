package io.bulkhead.daemon;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.ControlServer;
import io.bulkhead.events.Event;
import io.bulkhead.events.History;
import io.bulkhead.generations.Generation;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.LogPump;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Reconfiguration;
import io.bulkhead.spec.Digest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import jnr.constants.platform.Signal;
import jnr.posix.POSIXFactory;

/**
 * Loads what a start and a first answer need, for the class-data archive: what others wrote by using it, our own classes all of
 * them, for a start that needs root cannot be gone through here. Needs no root.
 */
final class Training {
    private static final List<String> NOT_THE_DAEMONS =
            List.of("io.bulkhead.cli.", "io.bulkhead.docs.", "io.bulkhead.doctor.");

    /** Made of hundreds of small functions, which are in the archive if they were once made. */
    private static final String TABLES = "io.bulkhead.spec.";

    private Training() {}

    static void run() throws Exception {
        Path directory = Files.createTempDirectory("bulkhead-train");
        Path file = directory.resolve("supervisord.conf");
        try {
            Files.writeString(
                    file,
                    "supervisor { run-dir = " + directory + " }\nservices { a { rootfs = " + directory
                            + ", command = [a] } }\n");
            new ConfigLoader(new DigestKey(Linux.get())).load(file);
            Digest.of("");
            POSIXFactory.getJavaPOSIX().signal(Signal.SIGUSR2, number -> {});
            try (RunDirectory runDir = RunDirectory.take(Linux.get(), directory.resolve("run"));
                    History history = new History(runDir.path());
                    LogPump logs = new LogPump(Linux.get(), runDir.path(), directory.resolve("log"))) {
                logs.reopen();
                history.add(Event.Kind.DAEMON, "", "", Map.of());
                answer(directory);
            }
            ourOwn();
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static void ourOwn() throws IOException, ReflectiveOperationException, URISyntaxException {
        Path jar = Path.of(Training.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (JarFile classes = new JarFile(jar.toFile())) {
            for (JarEntry entry : Collections.list(classes.entries())) {
                String name = entry.getName().replace('/', '.');
                if (name.endsWith(".class") && NOT_THE_DAEMONS.stream().noneMatch(name::startsWith)) {
                    Class.forName(
                            name.substring(0, name.length() - ".class".length()),
                            name.startsWith(TABLES),
                            Training.class.getClassLoader());
                }
            }
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
