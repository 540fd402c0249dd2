package io.bulkhead.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** The control API over {@link FakeOperations}, on a real socket. */
public final class ControlBed implements AutoCloseable {
    public final FakeOperations operations;
    public final Path log;
    public final Path socket;
    private final ControlServer server;

    public ControlBed(Path directory) throws Exception {
        this.log = directory.resolve("web.stdout.log");
        this.socket = directory.resolve("control.sock");
        this.operations = new FakeOperations(log);
        // A group that whoever runs the tests may give files to.
        String group = Files.readAttributes(directory, PosixFileAttributes.class)
                .group()
                .getName();
        this.server = new ControlServer(operations, socket, 0600, group);
        server.start();
    }

    /** Sends a request as it is and returns all that comes back. */
    String exchange(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
