package io.bulkhead.config;

/** A file that has no text, or whose text is no configuration. */
final class Unreadable extends Exception {
    private final int line;

    /**
     * @param line 1 or more, or 0 where it is the file as a whole
     * @param message what is wrong with it
     */
    Unreadable(int line, String message) {
        super(message);
        this.line = line;
    }

    int line() {
        return line;
    }

    String message() {
        return String.valueOf(getMessage());
    }
}
