package io.bulkhead.cli;

import io.bulkhead.control.wire.ErrorReply;
import io.bulkhead.control.wire.Fields;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.WireException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The control API's other end: a connection a request. The JDK's own HTTP client knows no Unix-domain sockets, and would
 * take longer to load than all else here.
 */
final class ControlClient {
    private final Path socket;

    ControlClient(Path socket) {
        this.socket = socket;
    }

    /** The daemon can't be reached or said no; the exit code says which. */
    static final class ControlException extends Exception {
        private final int exitCode;
        private final List<String> details;

        ControlException(String message, int exitCode) {
            this(message, exitCode, List.of());
        }

        ControlException(String message, int exitCode, List<String> details) {
            super(message);
            this.exitCode = exitCode;
            this.details = List.copyOf(details);
        }

        /** What is to be said before the message, a line each. */
        List<String> details() {
            return details;
        }

        int exitCode() {
            return exitCode;
        }
    }

    Fields get(String route) throws ControlException {
        return json(exchange("GET", route, new byte[0]));
    }

    Fields post(String route, Map<String, Object> body) throws ControlException {
        return json(exchange("POST", route, Json.write(body)));
    }

    /** What reads a body as it comes. */
    interface Reader {
        void read(StreamedBody body) throws IOException;
    }

    /** A body that comes piece by piece, until it ends or {@code reader} has enough. */
    void stream(String route, Reader reader) throws ControlException {
        try (SocketChannel channel = connect();
                InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 32 << 10)) {
            send(channel, head("GET", route, 0, "keep-alive"));
            String status = StreamedBody.headLine(in);
            long length = -1;
            for (String line = StreamedBody.headLine(in); !line.isEmpty(); line = StreamedBody.headLine(in)) {
                if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                    length = Long.parseLong(line.substring(15).strip());
                }
            }
            if (!status.startsWith("HTTP/1.1 200")) {
                throw refusal(
                        Integer.parseInt(status.substring(9, 12)), json(in.readNBytes((int) Math.max(0, length))));
            }
            reader.read(new StreamedBody(in));
        } catch (WireException e) {
            throw new ControlException("the daemon's answer makes no sense: " + e.getMessage(), ExitCodes.FAILED);
        } catch (IOException e) {
            throw new ControlException("unix://" + socket + " is gone: the daemon has ended", ExitCodes.UNREACHABLE);
        }
    }

    private static Fields json(byte[] body) throws ControlException {
        try {
            return Json.read(body);
        } catch (WireException e) {
            throw new ControlException("the daemon's answer makes no sense: " + e.getMessage(), ExitCodes.FAILED);
        }
    }

    private byte[] exchange(String method, String route, byte[] body) throws ControlException {
        byte[] answer;
        try (SocketChannel channel = connect()) {
            send(channel, head(method, route, body.length, "close"));
            send(channel, body);
            answer = receive(channel);
        } catch (IOException e) {
            throw new ControlException("unix://" + socket + " refused connection", ExitCodes.UNREACHABLE);
        }
        return body(answer);
    }

    private SocketChannel connect() throws ControlException {
        if (!Files.exists(socket)) {
            throw new ControlException("unix://" + socket + " no such file", ExitCodes.FAILED);
        }
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new ControlException("unix://" + socket + " refused connection", ExitCodes.UNREACHABLE);
        }
    }

    private static byte[] head(String method, String route, int length, String connection) {
        String head = method + " /v1/" + route + " HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection
                + "\r\nContent-Length: " + length + "\r\n\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private static void send(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] receive(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toByteArray();
    }

    private static byte[] body(byte[] answer) throws ControlException {
        int end = 0;
        while (end + 4 <= answer.length
                && !(answer[end] == '\r'
                        && answer[end + 1] == '\n'
                        && answer[end + 2] == '\r'
                        && answer[end + 3] == '\n')) {
            end++;
        }
        // "HTTP/1.1 200 OK"
        if (end + 4 > answer.length || answer.length < 12) {
            throw new ControlException("the daemon's answer is incomplete", ExitCodes.FAILED);
        }
        byte[] body = java.util.Arrays.copyOfRange(answer, end + 4, answer.length);
        int status = Integer.parseInt(new String(answer, 9, 3, StandardCharsets.US_ASCII));
        if (status != 200) {
            throw refusal(status, json(body));
        }
        return body;
    }

    private static ControlException refusal(int status, Fields body) throws ControlException {
        try {
            ErrorReply error = ErrorReply.of(body);
            return new ControlException(
                    error.error(),
                    status == 422 || status == 409 ? ExitCodes.USAGE : ExitCodes.UNKNOWN_NAME,
                    Stream.concat(
                                    error.facts().stream(),
                                    error.problems().stream().map(Object::toString))
                            .toList());
        } catch (WireException e) {
            return new ControlException("HTTP status " + status, ExitCodes.FAILED);
        }
    }
}
