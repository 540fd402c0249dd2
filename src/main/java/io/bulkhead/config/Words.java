package io.bulkhead.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A command line split into words as a POSIX shell splits it, with its quotes and backslashes, but without expanding
 * anything: {@code $}, {@code *} and {@code |} are letters.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html">Shell Command Language, 2.2</a>
 */
final class Words {
    private final String line;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int next;

    private Words(String line) {
        this.line = line;
    }

    /** The words of {@code line}; refuses an unclosed quote and a backslash with nothing behind it. */
    static List<String> of(String line) throws Refusal {
        return new Words(line).split();
    }

    private List<String> split() throws Refusal {
        while (next < line.length()) {
            char c = line.charAt(next++);
            switch (c) {
                case ' ', '\t', '\n', '\r' -> endWord();
                case '\'' -> singleQuoted();
                case '"' -> doubleQuoted();
                case '\\' -> backslash();
                default -> append(c);
            }
        }
        endWord();
        return words;
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private void append(char c) {
        inWord = true;
        word.append(c);
    }

    private void singleQuoted() throws Refusal {
        int end = line.indexOf('\'', next);
        if (end < 0) {
            throw new Refusal("has a ' that is never closed");
        }
        inWord = true;
        word.append(line, next, end);
        next = end + 1;
    }

    private void doubleQuoted() throws Refusal {
        inWord = true;
        while (next < line.length()) {
            char c = line.charAt(next++);
            if (c == '"') {
                return;
            }
            // Between double quotes a backslash is itself unless one of these follows.
            if (c == '\\' && next < line.length() && "$`\"\\\n".indexOf(line.charAt(next)) >= 0) {
                backslash();
            } else {
                append(c);
            }
        }
        throw new Refusal("has a \" that is never closed");
    }

    private void backslash() throws Refusal {
        if (next == line.length()) {
            throw new Refusal("ends in a lone backslash");
        }
        char c = line.charAt(next++);
        if (c != '\n') { // a backslash at a line's end joins the lines
            append(c);
        }
    }
}
