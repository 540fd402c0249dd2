package io.bulkhead.cli;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A body that comes in pieces ({@code Transfer-Encoding: chunked}) as it comes. Its end is the last piece's, which says so; the
 * connection's end before that is an {@link EOFException}. RFC 9112 7.1.
 */
final class StreamedBody extends InputStream {
    private final InputStream connection;
    private final byte[] one = new byte[1];
    /** What is left of the piece; negative after the last one. */
    private long left;

    private boolean first = true;

    /** @param connection just behind the head */
    StreamedBody(InputStream connection) {
        this.connection = connection;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Waits for one byte at the least, not for all that were asked for. */
    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (left == 0) {
            left = nextPiece();
        }
        if (left < 0) {
            return -1;
        }
        int read = connection.read(bytes, offset, (int) Math.min(count, left));
        if (read < 0) {
            throw new EOFException("the answer broke off");
        }
        left -= read;
        return read;
    }

    /** Whether more can be had without waiting: roughly, for what is asked is when to flush. */
    @Override
    public int available() throws IOException {
        // Behind a piece is a line's end, which may have come with it.
        return Math.max(0, connection.available() - (left == 0 ? 2 : 0));
    }

    /** The next line, without its line feed; empty at the end. */
    Optional<byte[]> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = read(); b >= 0; b = read()) {
            if (b == '\n') {
                return Optional.of(line.toByteArray());
            }
            line.write(b);
        }
        return line.size() == 0 ? Optional.empty() : Optional.of(line.toByteArray());
    }

    private long nextPiece() throws IOException {
        if (!first) {
            headLine();
        }
        first = false;
        String size = headLine();
        try {
            long bytes = Long.parseLong(size, 16);
            return bytes == 0 ? -1 : bytes;
        } catch (NumberFormatException e) {
            throw new IOException("the answer makes no sense: \"" + size + "\"", e);
        }
    }

    private String headLine() throws IOException {
        return headLine(connection);
    }

    /** A line of a head, without its end. */
    static String headLine(InputStream connection) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = connection.read(); b != '\n'; b = connection.read()) {
            if (b < 0) {
                throw new EOFException("the answer broke off");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
