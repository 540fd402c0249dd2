package io.bulkhead.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import io.bulkhead.spec.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of one load, in the order of reading, and the budget they have together.
 *
 * <p>The library hands back origins as prose ("merge of a: 3,b: 4-7"), in which a file's name could mean anything. So each
 * file is given to it under a tag that cannot be mistaken, and tags are turned back into names here.
 */
final class Sources {
    private static final int MOST_FILES = 10_000;
    private static final long MOST_CHARACTERS = 64L << 20;
    // A private-use character: not one that a configuration or a message of the library has use for.
    private static final char TAG = '\uE000';
    private static final Pattern TAGGED = Pattern.compile(TAG + "([0-9]{1,6})(?:: ([0-9]{1,9})(?:-[0-9]{1,9})?)?");

    private final Outside outside;
    private final List<Path> files = new ArrayList<>();
    private final Map<Path, String> texts = new HashMap<>();
    private long characters;

    Sources(Outside outside) {
        this.outside = outside;
    }

    Outside outside() {
        return outside;
    }

    /** The text of {@code file}; refuses more files, or more text, than any configuration has. */
    String read(Path file) throws Unreadable {
        String text = outside.text(file);
        characters += text.length();
        if (files.size() > MOST_FILES || characters > MOST_CHARACTERS) {
            throw new Unreadable(0, "is one file too many: allowed are " + MOST_FILES + " files, 64 MiB together");
        }
        return text;
    }

    /** The text of a file that a key names, perhaps the same for many services; as {@link #read} otherwise. */
    String text(Path file) throws Unreadable {
        String known = texts.get(file);
        if (known == null) {
            known = read(file);
            texts.put(file, known);
            files.add(file);
        }
        return known;
    }

    /** The tag under which {@code file} is known from now on. */
    String tag(Path file) {
        files.add(file);
        return TAG + Integer.toString(files.size() - 1);
    }

    /** Where the library found fault. */
    Optional<Origin> origin(ConfigException e) {
        return e.origin() == null ? Optional.empty() : origin(e.origin());
    }

    /** File and line, of the first part where several were merged; empty for what comes from no file. */
    Optional<Origin> origin(ConfigOrigin origin) {
        Matcher matcher = TAGGED.matcher(origin.description());
        return matcher.find() ? named(matcher) : Optional.empty();
    }

    /** A message of the library without the place it begins with, and with file names for tags. */
    String untagged(String message) {
        String bare = message.replaceFirst("^(?:merge of )?(?:" + TAGGED.pattern() + ",?)+: ", "");
        return TAGGED.matcher(bare)
                .replaceAll(match -> Matcher.quoteReplacement(
                        named((Matcher) match).map(Origin::toString).orElse("?")));
    }

    /** The file that was read first. */
    Origin first() {
        return new Origin(files.get(0).toString(), 0);
    }

    /** The place of {@code file} in the order of reading. */
    int rank(String file) {
        for (int i = 0; i < files.size(); i++) {
            if (files.get(i).toString().equals(file)) {
                return i;
            }
        }
        return files.size();
    }

    private Optional<Origin> named(Matcher matcher) {
        int index = Integer.parseInt(matcher.group(1));
        if (index >= files.size()) {
            return Optional.empty();
        }
        int line = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        return Optional.of(new Origin(files.get(index).toString(), line));
    }
}
