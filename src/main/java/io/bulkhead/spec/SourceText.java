package io.bulkhead.spec;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that one load of a configuration learned from the outside, so that it can be read again, to the same end, when the files
 * say something else or are gone: texts of files, what patterns matched, which files there were, the environment variables named.
 *
 * <p>Directories that services have for a root, and secrets, are not part of it: they are looked at anew. There may be passwords
 * in it.
 *
 * @param main the file that the load began with; absolute
 * @param answers by question, {@code KIND WHAT}
 */
public record SourceText(Path main, SortedMap<String, String> answers) {
    /** The kind of the questions that are put to the environment. */
    public static final String VARIABLE = "variable ";

    public SourceText {
        answers = Collections.unmodifiableSortedMap(new TreeMap<>(answers));
    }

    /** A short name for what the files say, whatever the environment is: that of other files is another. */
    public String fingerprint() {
        StringBuilder all = new StringBuilder(main.toString());
        answers.forEach((question, answer) -> {
            if (!question.startsWith(VARIABLE)) {
                all.append('\0').append(question).append('\0').append(answer);
            }
        });
        return Digest.of(all.toString());
    }
}
