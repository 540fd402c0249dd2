package io.bulkhead.config;

/**
 * How deep a text's brackets go, found before the library's recursion does: a stack overflow inside a library can leave
 * one of its classes half initialised, and so unusable, for the life of the process.
 */
final class Nesting {
    /** Brackets and dots inside one another; the deepest key there is needs five. */
    private static final int DEEPEST = 50;

    private Nesting() {}

    /** Refuses a text with more than {@link #DEEPEST} open brackets, or as many dots in one word. */
    static void check(String text) throws Unreadable {
        int line = 1;
        int depth = 0;
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '.' -> dots++;
                case '\n' -> line++;
                case '"' -> {
                    int end = endOfString(text, i);
                    line += (int) text.substring(i, end)
                            .chars()
                            .filter(n -> n == '\n')
                            .count();
                    i = end - 1;
                }
                case '#' -> i = endOfLine(text, i) - 1;
                case '/' -> i = text.startsWith("//", i) ? endOfLine(text, i) - 1 : i;
                default -> {}
            }
            dots = Character.isWhitespace(c) || c == '=' || c == '{' ? 0 : dots;
            if (depth > DEEPEST || dots > DEEPEST) {
                throw new Unreadable(line, "is nested too deeply: allowed are " + DEEPEST + " levels");
            }
        }
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static int endOfString(String text, int from) {
        if (text.startsWith("\"\"\"", from)) {
            int end = text.indexOf("\"\"\"", from + 3);
            return end < 0 ? text.length() : end + 3;
        }
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                return i;
            }
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return text.length();
    }
}
