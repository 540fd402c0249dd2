package io.bulkhead.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file of environment variables, {@code NAME=value} a line, by the rules of systemd's {@code EnvironmentFile}; one for
 * {@code docker --env-file} reads the same where its values have neither backslashes nor quotes at their beginning.
 *
 * <p>Empty lines and those that begin with {@code #} or {@code ;} say nothing. Spaces around a value don't count; between
 * single quotes all is as it stands, between double quotes a backslash takes the meaning of {@code "}, {@code \}, {@code `} and
 * {@code $} away; quoted parts may span lines and follow each other. Outside quotes a backslash lets the next character be itself.
 * A backslash at a line's end joins it to the next. Nothing is expanded.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/systemd.exec.5.html">systemd.exec(5), EnvironmentFile=</a>
 */
final class EnvironmentFile {
    private static final int END = -1;

    /** A variable's value, and the line on which it begins. */
    record Variable(String value, int line) {}

    private final String text;
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final SortedMap<Integer, String> problems = new TreeMap<>();
    private int next;
    private int line = 1;

    private EnvironmentFile(String text) {
        this.text = text;
    }

    /** What {@code text} says, and by their lines what in it says nothing. */
    static EnvironmentFile of(String text) {
        EnvironmentFile file = new EnvironmentFile(text);
        while (file.peek() != END) {
            file.line();
        }
        return file;
    }

    /** By name; of two of one name the later. */
    Map<String, Variable> variables() {
        return variables;
    }

    SortedMap<Integer, String> problems() {
        return problems;
    }

    private void line() {
        skipBlanks();
        int c = peek();
        if (c == '#' || c == ';') {
            skipComment();
        } else if (c == '\n') {
            take();
        } else if (c != END) {
            variable();
        }
    }

    private void variable() {
        int begun = line;
        StringBuilder found = new StringBuilder();
        while (peek() != '=' && peek() != '\n' && peek() != END) {
            found.append((char) take());
        }
        String name = found.toString().stripTrailing();
        if (peek() != '=') {
            problems.put(begun, Shown.text(name) + " has no =: allowed are lines NAME=value, and comments behind #");
            return;
        }
        take();
        String value = value(begun);
        if (Names.VARIABLE.matcher(name).matches()) {
            variables.put(name, new Variable(value, begun));
        } else {
            problems.put(begun, Shown.text(name) + " " + Names.NOT_A_VARIABLE);
        }
    }

    private String value(int begun) {
        StringBuilder value = new StringBuilder();
        for (skipBlanks(); peek() != END && peek() != '\n'; skipBlanks()) {
            switch (peek()) {
                case '\'' -> singleQuoted(value, begun);
                case '"' -> doubleQuoted(value, begun);
                default -> {
                    bare(value);
                    return value.toString();
                }
            }
        }
        return value.toString();
    }

    /** To the end of the line; quotes in it are letters. */
    private void bare(StringBuilder value) {
        int end = value.length();
        while (peek() != END && peek() != '\n') {
            int c = take();
            if (c != '\\') {
                value.append((char) c);
                end = Character.isWhitespace(c) ? end : value.length();
            } else if (peek() != END && take(value) != '\n') {
                end = value.length();
            }
        }
        value.setLength(end);
    }

    /** Appends the next character, unless it ends a line. */
    private int take(StringBuilder value) {
        int c = take();
        if (c != '\n') {
            value.append((char) c);
        }
        return c;
    }

    private void singleQuoted(StringBuilder value, int begun) {
        take();
        while (peek() != '\'') {
            if (peek() == END) {
                problems.put(begun, "has a ' that is never closed");
                return;
            }
            value.append((char) take());
        }
        take();
    }

    private void doubleQuoted(StringBuilder value, int begun) {
        take();
        while (peek() != '"') {
            if (peek() == END) {
                problems.put(begun, "has a \" that is never closed");
                return;
            }
            int c = take();
            if (c == '\\' && peek() != END) {
                if ("\"\\`$\n".indexOf(peek()) < 0) {
                    value.append('\\');
                }
                take(value);
            } else {
                value.append((char) c);
            }
        }
        take();
    }

    private void skipComment() {
        while (peek() != '\n' && peek() != END) {
            take();
        }
    }

    private void skipBlanks() {
        while (peek() != '\n' && Character.isWhitespace(peek())) {
            take();
        }
    }

    private int peek() {
        return next < text.length() ? text.charAt(next) : END;
    }

    private int take() {
        char c = text.charAt(next++);
        line += c == '\n' ? 1 : 0;
        return c;
    }
}
