package io.bulkhead.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A configuration file's text, or why it has none. */
final class TextFile {
    /** In bytes; a thousand services fit. */
    static final int LARGEST = 1 << 20;

    private TextFile() {}

    /**
     * The text of a regular file of valid UTF-8, without a byte order mark. Never waits: what isn't a regular file, a FIFO for
     * example, is refused unopened.
     */
    static String read(Path file) throws Unreadable {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new Unreadable(0, "is a directory, not a file");
            }
            if (!attributes.isRegularFile()) {
                throw new Unreadable(0, "is not a regular file");
            }
            try (InputStream in = Files.newInputStream(file)) {
                return text(in.readNBytes(LARGEST + 1));
            }
        } catch (NoSuchFileException e) {
            throw new Unreadable(0, "no such file");
        } catch (AccessDeniedException e) {
            throw new Unreadable(0, "cannot be read: permission denied");
        } catch (FileSystemException e) {
            throw new Unreadable(0, "cannot be read: " + e.getReason());
        } catch (IOException e) {
            throw new Unreadable(0, "cannot be read: " + e.getMessage());
        }
    }

    private static String text(byte[] bytes) throws Unreadable {
        if (bytes.length > LARGEST) {
            throw new Unreadable(0, "is larger than " + Quantity.text(LARGEST));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            throw new Unreadable(
                    lineOf(text, text.length()),
                    String.format("is not a text in UTF-8: found the byte 0x%02x", bytes[in.position()]));
        }
        String bare = text.startsWith("\uFEFF") ? text.substring(1) : text;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (c < ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f') {
                throw new Unreadable(
                        lineOf(bare, i), String.format("is not a text: found the control character 0x%02x", (int) c));
            }
        }
        return bare;
    }

    private static int lineOf(String text, int index) {
        return 1 + (int) text.chars().limit(index).filter(c -> c == '\n').count();
    }
}
