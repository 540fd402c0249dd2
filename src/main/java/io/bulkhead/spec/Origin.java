package io.bulkhead.spec;

/**
 * Where in the configuration a value stands.
 *
 * @param file the file's path, or a description such as {@code default}
 * @param line 1 or more, or 0 where there is none
 */
public record Origin(String file, int line) {
    /** The origin of a value that nobody wrote. */
    public static final Origin DEFAULT = new Origin("default", 0);

    @Override
    public String toString() {
        return line > 0 ? file + ":" + line : file;
    }
}
