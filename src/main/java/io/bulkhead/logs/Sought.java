package io.bulkhead.logs;

import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A line that somebody waits for, and that is told once it is there. Thread-safe. */
final class Sought {
    private final Pattern pattern;
    private Consumer<String> listener = line -> {};
    private @Nullable String found;

    Sought(String regex) {
        this.pattern = Pattern.compile(regex);
    }

    Pattern pattern() {
        return pattern;
    }

    /** Has {@code next} told of the line, also where it has come already. */
    void listen(Consumer<String> next) {
        String line;
        synchronized (this) {
            listener = next;
            line = found;
        }
        if (line != null) {
            next.accept(line);
        }
    }

    void found(String line) {
        Consumer<String> told;
        synchronized (this) {
            if (found != null) {
                return;
            }
            found = line;
            told = listener;
        }
        told.accept(line);
    }

    synchronized boolean isOver() {
        return found != null;
    }
}
