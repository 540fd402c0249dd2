package io.bulkhead.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The key {@code rootfs}, a path or {@code { path = ... }}. A relative one is relative to the file it stands in, so that a
 * configuration can be moved together with its root file systems.
 */
final class RootfsReader {
    private static final Path ROOT = Path.of("/");

    private RootfsReader() {}

    /** Notes what is wrong with the text alone. */
    static void check(Section service) {
        text(service);
    }

    /** The directory, absolute and there; empty where it isn't: then there is a problem more. */
    static Optional<Path> read(Section service) {
        boolean isObject = service.isObject("rootfs");
        Section section = isObject ? service.section("rootfs") : service;
        String key = isObject ? "path" : "rootfs";
        Optional<Path> path = text(service).map(text -> section.resolve(key, text));
        if (path.isEmpty()) {
            return path;
        }
        try {
            directory(path.get());
            return path;
        } catch (Refusal e) {
            section.problem(key, e.predicate());
            return Optional.empty();
        }
    }

    private static Optional<String> text(Section service) {
        Scalar<String> path = new Scalar<>("a path or { path = ... }", RootfsReader::notEmpty);
        if (!service.isObject("rootfs")) {
            return service.get("rootfs", path);
        }
        Section section = service.section("rootfs");
        if (!section.has("path")) {
            section.problem("path", "is required: the directory that becomes the service's root");
        }
        Optional<String> text = section.get("path", path);
        // MountsReader's
        section.anything("readonly");
        section.anything("overlay");
        section.done();
        return text;
    }

    private static String notEmpty(String text) throws Refusal {
        if (text.isBlank()) {
            throw new Refusal("is not a path");
        }
        return text;
    }

    private static void directory(Path path) throws Refusal {
        String shown = Shown.text(path.toString());
        if (RealPath.of(path).equals(ROOT)) {
            throw new Refusal(shown + " is the host's own root: allowed is any other directory");
        }
        try {
            if (!Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
                throw new Refusal(shown + " is not a directory");
            }
        } catch (NoSuchFileException e) {
            throw new Refusal("missing rootfs " + shown + ": no such directory");
        } catch (AccessDeniedException e) {
            throw new Refusal("missing rootfs " + shown + ": permission denied");
        } catch (FileSystemException e) {
            throw new Refusal("missing rootfs " + shown + ": " + e.getReason());
        } catch (IOException e) {
            throw new Refusal("missing rootfs " + shown + ": " + e.getMessage());
        }
    }
}
