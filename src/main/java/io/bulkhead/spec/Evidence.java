package io.bulkhead.spec;

import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** What services say, made fit to be shown: of one line, bounded, and with nothing in it that a terminal obeys. */
public final class Evidence {
    private static final int QUOTED = 60;
    private static final String MORE = "…";

    private Evidence() {}

    /** A short piece in quotation marks. */
    public static String quoted(byte[] bytes, int count) {
        return '"' + line(bytes, count, QUOTED) + '"';
    }

    /** The text that the bytes are in UTF-8, at most {@code most} characters of it. */
    public static String line(byte[] bytes, int count, int most) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE)
                    .decode(ByteBuffer.wrap(bytes, 0, count))
                    .toString();
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new IllegalStateException(e); // all is replaced
        }
        return line(text, most);
    }

    /** The same of a text. */
    public static String line(String text, int most) {
        StringBuilder line = new StringBuilder();
        boolean gap = false;
        int shown = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isWhitespace(c)) {
                gap = line.length() > 0;
                continue;
            }
            if (shown++ == most) {
                return line.append(MORE).toString();
            }
            if (gap) {
                line.append(' ');
                gap = false;
            }
            line.appendCodePoint(isPlain(c) ? c : '\ufffd');
        }
        return line.toString();
    }

    /** Neither controls nor marks that turn the direction of writing. */
    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
