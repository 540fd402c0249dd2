package io.bulkhead.health;

import io.bulkhead.spec.Evidence;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The beginning of an HTTP/1 answer, as much of it as is needed to know its status; interim ones are passed over.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-4">RFC 9112, section 4</a>
 */
final class HttpHead {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[0-9] ([1-9][0-9][0-9])(?: .*)?");
    private static final int LONGEST_LINE = 1024;
    private static final int MOST = 64 << 10;

    private final byte[] line = new byte[LONGEST_LINE];
    private int length;
    private int all;
    private boolean interim;

    /** Something that no HTTP server says. */
    static final class MalformedException extends Exception {
        MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    /** Takes the next bytes: the status, once it is known. */
    OptionalInt take(byte[] bytes, int count) throws MalformedException {
        for (int i = 0; i < count; i++) {
            if (++all > MOST) {
                throw new MalformedException("more than " + MOST + " bytes of interim answers");
            }
            if (bytes[i] != '\n') {
                add(bytes[i]);
                continue;
            }
            OptionalInt status = endOfLine();
            if (status.isPresent()) {
                return status;
            }
        }
        return OptionalInt.empty();
    }

    /** Of a header's line, that it isn't empty is all that counts. */
    private void add(byte b) throws MalformedException {
        if (length < LONGEST_LINE) {
            line[length++] = b;
        } else if (!interim) {
            throw notHttp();
        }
    }

    private OptionalInt endOfLine() throws MalformedException {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        if (interim) {
            interim = end > 0;
            length = 0;
            return OptionalInt.empty();
        }
        Matcher status = STATUS.matcher(new String(line, 0, end, StandardCharsets.ISO_8859_1));
        if (!status.matches()) {
            throw notHttp();
        }
        int code = Integer.parseInt(status.group(1));
        interim = code < 200 && code != 101;
        length = 0;
        return interim ? OptionalInt.empty() : OptionalInt.of(code);
    }

    private MalformedException notHttp() {
        return new MalformedException("answered what is not HTTP: " + Evidence.quoted(line, length));
    }
}
