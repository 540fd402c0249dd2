package io.bulkhead.rootfs;

import io.bulkhead.libc.Linux;
import io.bulkhead.rootfs.ElfFile.FormatException;
import io.bulkhead.rootfs.InsideFiles.Found;
import io.bulkhead.rootfs.InsideFiles.Place;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether the kernel can load an ELF program, and its dynamic loader what it needs. */
final class LoaderCheck {
    private static final int I386 = 3;
    private static final int X86_64 = 62;
    private static final int AARCH64 = 183;
    private static final Map<Integer, String> MACHINES = Map.of(
            I386,
            "i386",
            8,
            "mips",
            20,
            "powerpc",
            21,
            "ppc64",
            22,
            "s390x",
            40,
            "arm",
            X86_64,
            "x86-64",
            AARCH64,
            "aarch64",
            243,
            "riscv",
            258,
            "loongarch");
    /** A program with more of them would take long to look through. */
    private static final int MOST_LIBRARIES = 1000;

    private final InsideFiles files;
    private final ServiceSpec spec;

    LoaderCheck(InsideFiles files, ServiceSpec spec) {
        this.files = files;
        this.spec = spec;
    }

    /** An object, and the RPATHs of what loaded it. */
    private record Loaded(Path path, ElfFile elf, List<Path> inherited) {}

    void check(String path, Found found) throws Flaw {
        ElfFile elf;
        try {
            Optional<ElfFile> read = files.read(found, ElfFile::read);
            if (read.isEmpty()) {
                return;
            }
            elf = read.get();
        } catch (FormatException e) {
            throw new Flaw(path + " is a damaged ELF file: " + e.getMessage(), Remedies.build(spec, path));
        }
        machine(path, elf);
        if (elf.interpreter().isEmpty()) {
            return; // static
        }
        String loader = elf.interpreter().get();
        if (files.find(Path.of(loader)) instanceof InsideFiles.Missing) {
            throw new Flaw(
                    path + " needs the dynamic loader " + loader + ", which is not in the rootfs",
                    Remedies.build(spec, path));
        }
        libraries(path, elf, loader);
    }

    private static void machine(String path, ElfFile elf) throws Flaw {
        int here = Linux.isAarch64() ? AARCH64 : X86_64;
        boolean compatible = elf.machine() == here || (here == X86_64 && elf.machine() == I386);
        if (!compatible) {
            String machine = MACHINES.getOrDefault(elf.machine(), "machine " + elf.machine());
            throw new Flaw(
                    path + " is a program for " + machine + ", and this host is " + MACHINES.get(here),
                    "a rootfs for " + MACHINES.get(here));
        }
    }

    private void libraries(String program, ElfFile elf, String loader) throws Flaw {
        LibrarySearch search = new LibrarySearch(cache(), directories(loader), this::elf);
        Set<Path> seen = new HashSet<>();
        Deque<Loaded> rest = new ArrayDeque<>();
        rest.add(new Loaded(Path.of(program), elf, List.of()));
        while (!rest.isEmpty() && seen.size() < MOST_LIBRARIES) {
            Loaded object = rest.remove();
            List<Path> inherited = new ArrayList<>(object.inherited);
            if (object.elf.runpath().isEmpty()) {
                inherited.addAll(LibrarySearch.directories(object.elf.rpath(), object.path));
            }
            for (String name : object.elf.needed()) {
                Path library = search.find(name, object.path, object.elf, object.inherited)
                        .orElseThrow(() -> missing(name, object.path.toString(), program));
                if (seen.add(library)) {
                    elf(library).ifPresent(needed -> rest.add(new Loaded(library, needed, inherited)));
                }
            }
        }
    }

    private Flaw missing(String library, String object, String program) {
        String through = object.equals(program) ? program + " needs " : program + " needs " + object + ", and that ";
        return new Flaw(
                through + "the library " + library + ", which is not in the rootfs",
                Remedies.library(spec, program, library));
    }

    private LibraryCache cache() {
        Place cache = files.find(Path.of("/etc/ld.so.cache"));
        return cache instanceof Found found
                ? files.read(found, LibraryCache::read).orElse(new LibraryCache())
                : new LibraryCache();
    }

    private List<Path> directories(String loader) {
        List<Path> directories = new ArrayList<>();
        for (String each :
                spec.environment().getOrDefault("LD_LIBRARY_PATH", "").split("[:;]", -1)) {
            if (each.startsWith("/")) {
                directories.add(Path.of(each));
            }
        }
        directories.addAll(LibrarySearch.usualDirectories());
        if (loader.contains("/ld-musl-")) {
            directories.add(Path.of("/usr/local/lib"));
        }
        return directories;
    }

    private Optional<ElfFile> elf(Path inside) {
        try {
            return files.find(inside) instanceof Found found ? files.read(found, ElfFile::read) : Optional.empty();
        } catch (FormatException e) {
            return Optional.empty();
        }
    }
}
