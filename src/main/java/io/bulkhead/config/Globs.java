package io.bulkhead.config;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The files a pattern names: {@code *}, {@code ?}, {@code [abc]} and {@code {a,b}} within one element of a path, as glob(7) has
 * them; names that begin with a dot only where the pattern's element does.
 */
final class Globs {
    private static final Pattern WILD = Pattern.compile("[*?\\[{]");

    private Globs() {}

    /** In the order of their names; one without wildcards is returned whether it exists or not. */
    static List<Path> expand(Path directory, String pattern) throws Refusal {
        if (pattern.isBlank()) {
            throw new Refusal("is not a path or a pattern of paths");
        }
        try {
            List<Path> found = List.of(pattern.startsWith("/") ? Path.of("/") : directory);
            for (Path element : Path.of(pattern)) {
                found = step(found, element.toString());
            }
            return found.stream()
                    .filter(path -> !isWild(pattern) || Files.exists(path))
                    .map(Path::normalize)
                    .toList();
        } catch (PatternSyntaxException | InvalidPathException e) {
            throw new Refusal("is not a path or a pattern of paths");
        } catch (IOException | DirectoryIteratorException e) {
            throw new Refusal("names a directory that cannot be read: " + e.getMessage());
        }
    }

    static boolean isWild(String pattern) {
        return WILD.matcher(pattern).find();
    }

    private static List<Path> step(List<Path> directories, String element) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path directory : directories) {
            if (!isWild(element)) {
                found.add(directory.resolve(element));
            } else if (Files.isDirectory(directory)) {
                found.addAll(matching(directory, element));
            }
        }
        return found;
    }

    private static List<Path> matching(Path directory, String element) throws IOException {
        PathMatcher matcher = directory.getFileSystem().getPathMatcher("glob:" + element);
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                Path name = entry.getFileName();
                boolean hidden = name.toString().startsWith(".") && !element.startsWith(".");
                if (!hidden && matcher.matches(name)) {
                    found.add(entry);
                }
            }
        }
        Collections.sort(found);
        return found;
    }
}
