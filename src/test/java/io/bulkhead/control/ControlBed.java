package io.bulkhead.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;

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
        this.server = new ControlServer(operations, socket, 0600, group, Optional.empty());
        server.start();
    }

    /**
     * Sends a request as it is and returns all that comes back. A server that refuses a request it hasn't read to its end
     * closes with bytes unread, and the kernel lets its peer read the answer first and then ECONNRESET in place of an end:
     * unix(7), RFC 9112 9.6.
     */
    String exchange(String request) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        } catch (SocketException e) {
            if (all.size() == 0) {
                throw e;
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
