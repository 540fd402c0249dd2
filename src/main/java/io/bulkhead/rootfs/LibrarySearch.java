package io.bulkhead.rootfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds libraries as the dynamic loader would, ld.so(8), with nothing set in the environment. */
final class LibrarySearch {
    private final LibraryCache cache;
    private final List<Path> defaults;
    private final Objects objects;

    /** Where libraries are looked for. */
    interface Objects {
        /** What is at a path, if it is an ELF file. */
        Optional<ElfFile> at(Path path);
    }

    LibrarySearch(LibraryCache cache, List<Path> defaults) {
        this(cache, defaults, LibrarySearch::onHost);
    }

    LibrarySearch(LibraryCache cache, List<Path> defaults, Objects objects) {
        this.cache = cache;
        this.defaults = List.copyOf(defaults);
        this.objects = objects;
    }

    /** As this host's loader does. */
    static LibrarySearch ofHost() throws IOException {
        return new LibrarySearch(LibraryCache.read(Path.of("/etc/ld.so.cache")), usualDirectories());
    }

    static List<Path> usualDirectories() {
        String triplet = System.getProperty("os.arch", "").equals("aarch64") ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        return List.of(
                Path.of("/lib", triplet),
                Path.of("/usr/lib", triplet),
                Path.of("/lib64"),
                Path.of("/usr/lib64"),
                Path.of("/lib"),
                Path.of("/usr/lib"));
    }

    /**
     * Where the loader finds {@code name}.
     *
     * @param object the file that needs it
     * @param inherited the RPATHs of what loaded {@code object}, which count unless it has a RUNPATH
     */
    Optional<Path> find(String name, Path object, ElfFile elf, List<Path> inherited) {
        if (name.contains("/")) {
            return Optional.of(Path.of(name)).filter(path -> fits(path, elf));
        }
        List<Path> candidates = new ArrayList<>();
        if (elf.runpath().isEmpty()) {
            directories(elf.rpath(), object).forEach(directory -> candidates.add(directory.resolve(name)));
            inherited.forEach(directory -> candidates.add(directory.resolve(name)));
        }
        directories(elf.runpath(), object).forEach(directory -> candidates.add(directory.resolve(name)));
        candidates.addAll(cache.find(name));
        defaults.forEach(directory -> candidates.add(directory.resolve(name)));
        return candidates.stream().filter(candidate -> fits(candidate, elf)).findFirst();
    }

    /** The directories of an RPATH or RUNPATH, $ORIGIN put in. */
    static List<Path> directories(List<String> path, Path object) {
        Path parent = object.toAbsolutePath().getParent();
        String origin = parent == null ? "/" : parent.toString();
        List<Path> directories = new ArrayList<>();
        for (String directory : path) {
            String expanded = directory
                    .replace("${ORIGIN}", origin)
                    .replace("$ORIGIN", origin)
                    .replace("${LIB}", "lib64")
                    .replace("$LIB", "lib64");
            if (expanded.startsWith("/")) {
                directories.add(Path.of(expanded).normalize());
            }
        }
        return directories;
    }

    private boolean fits(Path candidate, ElfFile wanted) {
        // The loader, too, goes on to the next.
        return objects.at(candidate)
                .filter(found -> found.machine() == wanted.machine() && found.is64() == wanted.is64())
                .isPresent();
    }

    private static Optional<ElfFile> onHost(Path path) {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ElfFile.read(path));
        } catch (IOException | ElfFile.FormatException e) {
            return Optional.empty();
        }
    }
}
