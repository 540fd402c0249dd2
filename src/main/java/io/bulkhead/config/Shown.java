package io.bulkhead.config;

import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.regex.Pattern;

/** Text from a file as a message may hold it: on one line, of bounded length, without control characters. */
final class Shown {
    private static final int LONGEST = 80;
    private static final int LONGEST_LINE = 1000;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.+%/-]+( [A-Za-z0-9_.+%/-]+)*");

    private Shown() {}

    /** As it is where it is plain words, else in quotes. */
    static String text(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        return PLAIN.matcher(cut).matches() ? cut : '"' + escaped(cut) + '"';
    }

    /** What was found, in words: the text of a scalar, or the kind of anything else. */
    static String value(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "an object";
            case LIST -> "a list";
            case NULL -> "null";
            case STRING, NUMBER, BOOLEAN -> text(Scalar.text(value));
        };
    }

    /** One element of a key's path, quoted where HOCON needs it. */
    static String key(String key) {
        return line(ConfigUtil.joinPath(key.length() > LONGEST ? key.substring(0, LONGEST) + "..." : key));
    }

    /** A whole message. */
    static String line(String text) {
        return escaped(text.length() > LONGEST_LINE ? text.substring(0, LONGEST_LINE) + "..." : text);
    }

    private static String escaped(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Besides control characters the ones that turn a terminal's writing around or end a line elsewhere.
            boolean harmless = !Character.isISOControl(c)
                    && !Character.isSurrogate(c)
                    && Character.getType(c) != Character.FORMAT
                    && Character.getType(c) != Character.LINE_SEPARATOR
                    && Character.getType(c) != Character.PARAGRAPH_SEPARATOR;
            line.append(harmless ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return line.toString();
    }
}
