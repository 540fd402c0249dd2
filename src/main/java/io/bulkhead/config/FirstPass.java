package io.bulkhead.config;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A text's pass and quotes, checked before the library reads it. The library tells where it gave up, not which bracket was
 * left open; it drops a bare word behind a list or an object without telling; and a stack overflow inside it can leave one
 * of its classes half initialised, and so unusable, for the life of the process.
 *
 * <p>Also lets {@code include = [...]} be a key, as in {@code supervisor}: to HOCON a bare {@code include} at the beginning of a
 * field is its keyword, whatever follows.
 */
final class FirstPass {
    /** FirstPass and dots inside one another; the deepest key there is needs five. */
    private static final int DEEPEST = 50;
    /** What may follow a closing bracket on its line, and what the library itself refuses there. */
    private static final String AFTER_CLOSING = "\n\r,}]{[\"#$=:+`^?!@*&\\";

    private static final String INCLUDE = "include";

    private record Open(char bracket, int line) {}

    private final String text;
    private final Deque<Open> open = new ArrayDeque<>();
    private final StringBuilder out = new StringBuilder();
    private int line = 1;
    private int dots;

    private FirstPass(String text) {
        this.text = text;
    }

    /**
     * The text for the library, line by line the same. Refuses one whose brackets or quotes don't match, or that nests deeper
     * than {@link #DEEPEST} levels.
     */
    static String over(String text) throws Unreadable {
        FirstPass pass = new FirstPass(text);
        for (int i = 0; i < text.length(); ) {
            int next = pass.isIncludeKey(i) ? i + INCLUDE.length() : pass.step(i);
            String part = text.substring(i, next);
            pass.out.append(part.equals(INCLUDE) ? '"' + INCLUDE + '"' : part);
            i = next;
        }
        if (!pass.open.isEmpty()) {
            Open last = pass.open.pop();
            throw new Unreadable(last.line(), "the " + last.bracket() + " is never closed");
        }
        return pass.out.toString();
    }

    private boolean isIncludeKey(int i) {
        if (!text.startsWith(INCLUDE, i)) {
            return false;
        }
        int before = i - 1;
        while (before >= 0 && isBlank(text.charAt(before))) {
            before--;
        }
        int after = i + INCLUDE.length();
        while (after < text.length() && isBlank(text.charAt(after))) {
            after++;
        }
        boolean begins = before < 0 || "\n{,".indexOf(text.charAt(before)) >= 0;
        return begins && after < text.length() && "=:+".indexOf(text.charAt(after)) >= 0;
    }

    /** Takes in what stands at {@code i}, and returns where the next thing stands. */
    private int step(int i) throws Unreadable {
        char c = text.charAt(i);
        dots = Character.isWhitespace(c) || c == '=' || c == '{' ? 0 : dots;
        switch (c) {
            case '{', '[' -> {
                open.push(new Open(c, line));
                checkDepth();
            }
            case '}', ']' -> close(i, c);
            case '.' -> {
                dots++;
                checkDepth();
            }
            case '\n' -> line++;
            case '"' -> {
                return endOfString(i);
            }
            case '$' -> {
                return text.startsWith("${", i) ? endOfSubstitution(i) : i + 1;
            }
            case '#' -> {
                return endOfLine(i);
            }
            case '/' -> {
                return text.startsWith("//", i) ? endOfLine(i) : i + 1;
            }
            default -> {}
        }
        return i + 1;
    }

    private void checkDepth() throws Unreadable {
        if (open.size() > DEEPEST || dots > DEEPEST) {
            throw new Unreadable(line, "is nested too deeply: allowed are " + DEEPEST + " levels");
        }
    }

    private void close(int i, char bracket) throws Unreadable {
        if (open.isEmpty()) {
            throw new Unreadable(line, "the " + bracket + " closes nothing");
        }
        Open last = open.pop();
        if (last.bracket() != (bracket == '}' ? '{' : '[')) {
            throw new Unreadable(
                    line,
                    "found a " + bracket + " where the " + last.bracket() + " of line " + last.line() + " is open");
        }
        int next = i + 1;
        while (next < text.length() && isBlank(text.charAt(next))) {
            next++;
        }
        if (next < text.length() && AFTER_CLOSING.indexOf(text.charAt(next)) < 0 && !text.startsWith("//", next)) {
            int end = next;
            while (end < text.length() && !isBlank(text.charAt(end)) && AFTER_CLOSING.indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String word = Shown.text(text.substring(next, end));
            throw new Unreadable(line, word + " stands behind a " + bracket + " without a comma or a line break");
        }
    }

    private int endOfSubstitution(int from) throws Unreadable {
        for (int i = from + 2; i < text.length() && text.charAt(i) != '\n'; ) {
            switch (text.charAt(i)) {
                case '}' -> {
                    return i + 1;
                }
                case '"' -> i = endOfString(i);
                case '.' -> {
                    dots++;
                    checkDepth();
                    i++;
                }
                default -> i++;
            }
        }
        throw new Unreadable(line, "the substitution ${ is never closed");
    }

    private int endOfString(int from) throws Unreadable {
        if (text.startsWith("\"\"\"", from)) {
            return endOfTriple(from);
        }
        for (int i = from + 1; i < text.length() && text.charAt(i) != '\n'; i++) {
            if (text.charAt(i) == '"') {
                return i + 1;
            }
            if (text.charAt(i) == '\\' && i + 1 < text.length() && text.charAt(i + 1) != '\n') {
                i++;
            }
        }
        throw new Unreadable(line, "the \" is never closed on its line");
    }

    private int endOfTriple(int from) throws Unreadable {
        int end = text.indexOf("\"\"\"", from + 3);
        if (end < 0) {
            throw new Unreadable(line, "the \"\"\" is never closed");
        }
        end += 3;
        while (end < text.length() && text.charAt(end) == '"') {
            end++; // the last three close, those before them are part of the string
        }
        line += (int) text.substring(from, end).chars().filter(c -> c == '\n').count();
        return end;
    }

    private int endOfLine(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static boolean isBlank(char c) {
        return c != '\n' && (Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\uFEFF'); // as HOCON
    }
}
