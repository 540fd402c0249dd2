package io.bulkhead.daemon;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.CgroupDrivers;
import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.SupervisorSpec;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Loads what a start, a launch and a first answer need, for the class-data archive: a daemon is run for that in a directory of
 * its own, without cgroups, and launches a service that is none. What takes root or namespaces is left out where there are
 * none; of our own classes all are loaded, whether they were needed or not.
 */
final class Training {
    private static final List<String> NOT_THE_DAEMONS =
            List.of("io.bulkhead.cli.", "io.bulkhead.docs.", "io.bulkhead.doctor.");

    /** Made of hundreds of small functions, which are in the archive if they were once made. */
    private static final String TABLES = "io.bulkhead.spec.";

    private Training() {}

    static void run() throws Exception {
        Path directory = Files.createTempDirectory("bulkhead-train");
        try {
            // Empty: the kernel refuses to execute it, and until there a launch is one.
            Files.createFile(
                    directory.resolve("a"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Path file = directory.resolve("supervisord.conf");
            Files.writeString(
                    file,
                    "supervisor { run-dir = " + directory + "/run, log-dir = " + directory + "/log, state-dir = "
                            + directory + "/state }\nservices { a { rootfs = " + directory
                            + ", command = [/a], restart.policy = never } }\n");
            int code = new Trained(file, directory.resolve("run/supervisord.sock")).run();
            if (code != 0) {
                throw new IllegalStateException("a daemon that was to show how it starts ended with " + code);
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

    /** A daemon that makes no cgroups and, once it has started, is asked how it is and to end. */
    private static final class Trained extends Daemon {
        private final Path socket;

        Trained(Path configuration, Path socket) {
            super(configuration);
            this.socket = socket;
        }

        @Override
        CgroupDriver cgroups(Linux linux, SupervisorSpec settings, boolean rootless) throws ErrnoException {
            return CgroupDrivers.openDelegated(
                    linux,
                    new CgroupLayout(Optional.empty(), List.of()),
                    settings.cgroupParent(),
                    Map.of(),
                    settings.runDir().resolve("groups"));
        }

        @Override
        void announce(HostSpec host) {
            super.announce(host);
            new Thread(this::converse, "training").start();
        }

        private void converse() {
            for (String request : List.of("POST /v1/start", "GET /v1/status", "POST /v1/shutdown")) {
                ask(request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            }
        }

        private void ask(String request) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(socket));
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer answer = ByteBuffer.allocate(4096);
                while (channel.read(answer) >= 0) {
                    answer.clear();
                }
            } catch (IOException e) {
                // Else the daemon would wait for its end for ever.
                System.err.println(request.lines().findFirst().orElseThrow() + " on " + socket + ": " + e);
                Runtime.getRuntime().halt(1);
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
}
