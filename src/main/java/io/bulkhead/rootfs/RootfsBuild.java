package io.bulkhead.rootfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a root file system from binaries of this host: they, their loader, and every library they need, each at its own
 * path.
 *
 * <p>Everything is found before the first byte is written. Built again, it changes only what differs, by rename, so that a
 * service that runs from it isn't disturbed. Nothing outside the directory is written, whatever links lie in it.
 */
public final class RootfsBuild {
    private static final List<String> PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");
    private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");
    private static final int MAX_INTERPRETER = 256;

    private final Path root;
    private final List<String> binaries = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    /** What goes where: source by destination, both absolute on their side. */
    private final Map<Path, Path> copies = new LinkedHashMap<>();

    private final Set<Path> resolved = new LinkedHashSet<>();

    public RootfsBuild(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** One file that was copied, or was there already. */
    public record Copied(Path source, Path destination) {}

    /** Adds a program, by path, or by name to be looked for in the usual places. */
    public RootfsBuild binary(String binary) {
        binaries.add(binary);
        return this;
    }

    /** Adds any file: {@code SRC}, or {@code SRC:DST} to have it elsewhere. */
    public RootfsBuild file(String file) {
        files.add(file);
        return this;
    }

    /**
     * Builds it.
     *
     * @throws RootfsException with everything that couldn't be found; nothing is written then
     */
    public List<Copied> build() throws RootfsException, IOException {
        LibrarySearch search = LibrarySearch.ofHost();
        for (String binary : binaries) {
            Optional<Path> found = locate(binary);
            if (found.isPresent()) {
                resolve(found.get(), search);
            } else {
                problems.add(binary + ": not found" + (binary.contains("/") ? "" : " in " + String.join(":", PATH)));
            }
        }
        for (String file : files) {
            addFile(file);
        }
        if (!problems.isEmpty()) {
            throw new RootfsException(problems);
        }
        makeSkeleton();
        List<Copied> done = new ArrayList<>();
        for (Map.Entry<Path, Path> copy : copies.entrySet()) {
            done.add(new Copied(copy.getValue(), copy(copy.getValue(), copy.getKey())));
        }
        return done;
    }

    private static Optional<Path> locate(String binary) {
        if (binary.contains("/")) {
            return Optional.of(Path.of(binary).toAbsolutePath().normalize()).filter(Files::isRegularFile);
        }
        return PATH.stream()
                .map(directory -> Path.of(directory, binary))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void addFile(String file) {
        int colon = file.indexOf(':');
        Path source = Path.of(colon < 0 ? file : file.substring(0, colon))
                .toAbsolutePath()
                .normalize();
        Path target = Path.of("/", colon < 0 ? source.toString() : file.substring(colon + 1))
                .normalize();
        if (!Files.isRegularFile(source)) {
            problems.add(source + ": no such file");
            return;
        }
        copies.put(target, source);
    }

    private void resolve(Path binary, LibrarySearch search) throws IOException {
        if (!resolved.add(binary)) {
            return;
        }
        copies.put(binary, binary);
        Optional<Path> interpreter = scriptInterpreter(binary);
        if (interpreter.isPresent()) {
            if (Files.isRegularFile(interpreter.get())) {
                resolve(interpreter.get(), search);
            } else {
                problems.add(binary + ": is a script for " + interpreter.get() + ", which isn't there");
            }
            return;
        }
        resolve(binary, List.of(), search);
    }

    private void resolve(Path object, List<Path> inherited, LibrarySearch search) throws IOException {
        ElfFile elf;
        try {
            elf = ElfFile.read(object);
        } catch (ElfFile.FormatException e) {
            problems.add(object + ": " + e.getMessage());
            return;
        }
        elf.interpreter().map(Path::of).ifPresent(loader -> copies.putIfAbsent(loader, loader));
        List<Path> rpaths = new ArrayList<>(inherited);
        if (elf.runpath().isEmpty()) {
            rpaths.addAll(LibrarySearch.directories(elf.rpath(), object));
        }
        for (String name : elf.needed()) {
            Optional<Path> library = search.find(name, object, elf, inherited);
            if (library.isEmpty()) {
                problems.add(object + ": needs " + name + ", which isn't found");
            } else if (copies.putIfAbsent(library.get(), library.get()) == null) {
                resolve(library.get(), rpaths, search);
            }
        }
    }

    private static Optional<Path> scriptInterpreter(Path file) throws IOException {
        byte[] start;
        try (var in = Files.newInputStream(file)) {
            start = in.readNBytes(MAX_INTERPRETER);
        }
        String line = new String(start, StandardCharsets.ISO_8859_1);
        if (!line.startsWith("#!")) {
            return Optional.empty();
        }
        String words = line.substring(2).lines().findFirst().orElse("").strip();
        int blank = words.indexOf(' ');
        return Optional.of(Path.of(blank < 0 ? words : words.substring(0, blank)));
    }

    private void makeSkeleton() throws IOException {
        Files.createDirectories(root);
        for (String name : MERGED) {
            Path onHost = Path.of("/", name);
            Path here = root.resolve(name);
            if (Files.isSymbolicLink(onHost) && !Files.exists(here, LinkOption.NOFOLLOW_LINKS)) {
                Path target = Files.readSymbolicLink(onHost);
                directory(Path.of("/").resolve(target), "rwxr-xr-x");
                Files.createSymbolicLink(here, target);
            }
        }
        for (String name : List.of("/proc", "/sys", "/dev", "/etc", "/run", "/var", "/var/log")) {
            directory(Path.of(name), "rwxr-xr-x");
        }
        directory(Path.of("/root"), "rwx------");
        Path tmp = directory(Path.of("/tmp"), "rwxrwxrwx");
        Files.setAttribute(tmp, "unix:mode", 01777);
        etc("passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
        etc("group", "root:x:0:\nnogroup:x:65534:\n");
        etc("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    }

    private void etc(String name, String text) throws IOException {
        Path file = beneath(Path.of("/etc", name));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    private Path directory(Path inside, String mode) throws IOException {
        Path here = beneath(inside);
        if (Files.isSymbolicLink(here)) {
            return Objects.requireNonNull(beneath(inside.resolve("inside")).getParent());
        }
        if (!Files.isDirectory(here, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(here);
            Files.setPosixFilePermissions(here, PosixFilePermissions.fromString(mode));
        }
        return here;
    }

    /**
     * The place of {@code inside} under the root, its parents made. Links on the way are followed as a process with this root
     * would follow them, and so never out of it.
     */
    private Path beneath(Path inside) throws IOException {
        List<Path> way = new ArrayList<>(List.of(root));
        int links = 0;
        List<String> rest = new ArrayList<>();
        inside.forEach(name -> rest.add(name.toString()));
        while (rest.size() > 1) {
            String name = rest.remove(0);
            if (name.equals("..")) {
                if (way.size() > 1) {
                    way.remove(way.size() - 1);
                }
                continue;
            }
            Path next = way.get(way.size() - 1).resolve(name);
            if (Files.isSymbolicLink(next)) {
                if (++links > 40) {
                    throw new IOException(next + ": too many symbolic links");
                }
                Path target = Files.readSymbolicLink(next);
                List<String> names = new ArrayList<>();
                target.forEach(part -> names.add(part.toString()));
                rest.addAll(0, names);
                if (target.isAbsolute()) {
                    way.subList(1, way.size()).clear();
                }
                continue;
            }
            if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(next);
                Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            way.add(next);
        }
        return way.get(way.size() - 1).resolve(rest.get(0));
    }

    private Path copy(Path source, Path inside) throws IOException {
        Path destination = beneath(inside);
        boolean same = Files.isRegularFile(destination, LinkOption.NOFOLLOW_LINKS)
                && Files.size(destination) == Files.size(source)
                && Files.mismatch(source, destination) < 0;
        if (!same) {
            Path next = destination.resolveSibling("." + destination.getFileName() + ".bulkhead-next");
            Files.deleteIfExists(next);
            Files.copy(source, next);
            Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(source));
            Files.setPosixFilePermissions(next, mode);
            Files.move(next, destination, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        return destination;
    }
}
