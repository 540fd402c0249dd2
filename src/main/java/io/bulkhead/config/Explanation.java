package io.bulkhead.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the library says about a text that isn't HOCON, in the words of somebody who wrote a configuration: the library's own
 * are about tokens, and advise to rename the file.
 */
final class Explanation {
    private static final Pattern INTERNAL = Pattern.compile("\\b(Simple)?Config[A-Z]|typesafe|Exception|\\bBUG\\b");
    private static final Pattern ADVICE = Pattern.compile("(?s) \\(if you (intended|want) .*");
    /** A token that is an error itself: {@code '*' (Reserved character '*' is not allowed outside quotes)}. */
    private static final Pattern REASON = Pattern.compile("(?s)(?!path has)[^']*'.*?' \\((.+)\\)");

    private static final Pattern KEY_ALONE = Pattern.compile("(?s)Key '(.*)' may not be followed by token: .*");
    private static final Map<Pattern, String> WORDS = words();

    private Explanation() {}

    static String of(String message) {
        String bare = ADVICE.matcher(message).replaceFirst("").strip();
        Matcher reason = REASON.matcher(bare);
        String core = reason.matches() ? reason.group(1) : bare;
        for (Map.Entry<Pattern, String> entry : WORDS.entrySet()) {
            Matcher matcher = entry.getKey().matcher(core);
            if (matcher.matches()) {
                return matcher.replaceFirst(entry.getValue());
            }
        }
        return INTERNAL.matcher(core).find() ? "is not HOCON" : core;
    }

    /**
     * The line that is at fault: the library names the one on which it noticed, perhaps behind the last one.
     *
     * @param noticed 1 or more, or 0: unknown
     */
    static int line(String text, int noticed, String message) {
        List<String> lines = text.lines().toList();
        int line = Math.min(noticed, lines.size());
        Matcher alone = KEY_ALONE.matcher(message);
        if (alone.matches()) {
            int found = line;
            while (found > 0 && !lines.get(found - 1).contains(alone.group(1))) {
                found--;
            }
            return found > 0 ? found : line;
        }
        while (line > 1 && noticed > lines.size() && lines.get(line - 1).isBlank()) {
            line--;
        }
        return line;
    }

    private static Map<Pattern, String> words() {
        Map<Pattern, String> words = new LinkedHashMap<>();
        put(words, KEY_ALONE.pattern(), "the key $1 has no value: allowed behind a key are =, : and {");
        put(words, "Expecting a value but got wrong token: (.*)", "found $1 where a value is expected");
        put(
                words,
                "expecting a close parentheses '\\)' here, not: (.*)",
                "found $1 where a key, or the ) of an include, is expected");
        put(
                words,
                "List should have ended with ] or had a comma, instead had token: (.*)",
                "found $1 in a list: allowed behind an element are a comma, a line break and ]");
        put(
                words,
                "Expecting close brace \\} or a comma, got (.*)",
                "found $1 behind a value: allowed are a comma, a line break and }");
        put(
                words,
                "Expecting end of input or a comma, got (.*)",
                "found $1 behind a value: allowed are a comma and a line break");
        put(
                words,
                "(?:expecting include parameter .*Not expecting|include keyword is not followed by a quoted string, but by): (.*)",
                "found $1 behind include: allowed is a file's name in quotes");
        put(
                words,
                "has type LIST rather than object at file root",
                "is a list as a whole: allowed are keys with their values");
        put(
                words,
                "path has a leading, trailing, or two adjacent period.*",
                "a key begins or ends with a dot, has two dots in a row, or has a part that needs quotes");
        put(words, "Expecting a field name or path here, but got nothing", "a name is missing here");
        put(
                words,
                "backslash followed by (.*), this is not a valid escape sequence.*",
                "a backslash followed by $1 is no escape sequence: a backslash itself is written \\\\\\\\");
        put(words, "Malformed hex digits after .*", "found \\\\u without four hexadecimal digits");
        put(words, "Reserved character (.*) is not allowed outside quotes", "found $1 outside quotes");
        put(words, "'\\$' not followed by \\{.*", "found a \\$ without { outside quotes");
        put(
                words,
                "Could not resolve substitution to a value: (.*) was part of a cycle of substitutions involving .*",
                "the substitution $1 leads back to itself");
        put(words, "Cannot concatenate.*", "an object or a list and a plain value cannot be written side by side");
        return words;
    }

    private static void put(Map<Pattern, String> words, String pattern, String replacement) {
        words.put(Pattern.compile(pattern, Pattern.DOTALL), replacement);
    }
}
