package io.bulkhead.config;

import io.bulkhead.spec.SourceText;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one load asks of files and of the environment, each question once: what was answered can be kept, and answers a later load
 * in their place.
 */
final class Outside {
    /** Between the paths of one answer: no path holds it. */
    private static final String SEPARATOR = "\0";

    private final Optional<SourceText> kept;
    private final Map<String, Optional<String>> answers = new HashMap<>();

    /** @param kept what answers all questions; empty: the host as it is */
    Outside(Optional<SourceText> kept) {
        this.kept = kept;
    }

    /** All that was asked so far. */
    SourceText kept(Path main) {
        TreeMap<String, String> known = new TreeMap<>();
        answers.forEach((question, answer) -> answer.ifPresent(text -> known.put(question, text)));
        return new SourceText(main, known);
    }

    String text(Path file) throws Unreadable {
        Optional<String> text = ask("text " + file, () -> attempt(file));
        if (text.isPresent()) {
            return text.get();
        }
        String[] why =
                ask("refused " + file, Optional::empty).orElse("0 no such file").split(" ", 2);
        throw new Unreadable(Integer.parseInt(why[0]), why[1]);
    }

    private Optional<String> attempt(Path file) {
        try {
            return Optional.of(TextFile.read(file));
        } catch (Unreadable e) {
            answers.put("refused " + file, Optional.of(e.line() + " " + e.message()));
            return Optional.empty();
        }
    }

    boolean exists(Path file) {
        return holds("exists " + file, () -> Files.exists(file));
    }

    /** Whether there is nothing at all of that name, not even a link that leads nowhere. */
    boolean isMissing(Path file) {
        return holds("missing " + file, () -> Files.notExists(file, LinkOption.NOFOLLOW_LINKS));
    }

    boolean isDirectory(Path file) {
        return holds("directory " + file, () -> Files.isDirectory(file));
    }

    /** What a path leads to, whatever symbolic links are on the way; itself where it leads nowhere. */
    Path real(Path path) {
        return ask("real " + path, () -> Optional.of(RealPath.of(path).toString()))
                .map(Path::of)
                .orElse(path);
    }

    boolean isIn(Collection<Path> paths, Path path) {
        Path real = real(path);
        return paths.stream().anyMatch(each -> real(each).equals(real));
    }

    /** The files that a pattern names. */
    List<Path> expand(Path directory, String pattern) throws Refusal {
        String question = "files " + directory + SEPARATOR + pattern;
        if (kept.isEmpty() && !answers.containsKey(question)) {
            List<Path> found = Globs.expand(directory, pattern);
            answers.put(
                    question, Optional.of(found.stream().map(Path::toString).collect(Collectors.joining(SEPARATOR))));
        }
        return ask(question, Optional::empty).stream()
                .flatMap(all -> Stream.of(all.split(SEPARATOR, -1)))
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .toList();
    }

    Optional<String> variable(String name) {
        return ask(SourceText.VARIABLE + name, () -> Optional.ofNullable(System.getenv(name)));
    }

    private boolean holds(String question, Supplier<Boolean> look) {
        return ask(question, () -> look.get() ? Optional.of("yes") : Optional.empty())
                .isPresent();
    }

    private Optional<String> ask(String question, Supplier<Optional<String>> look) {
        Optional<String> known = answers.get(question);
        if (known == null) {
            known = kept.isPresent() ? Optional.ofNullable(kept.get().answers().get(question)) : look.get();
            answers.put(question, known);
        }
        return known;
    }
}
