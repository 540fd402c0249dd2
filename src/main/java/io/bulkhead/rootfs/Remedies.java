package io.bulkhead.rootfs;

import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What helps against what is missing in a rootfs: commands, where this host has the files. */
final class Remedies {
    private static final List<String> PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private Remedies() {}

    /** For a program with all that it needs. */
    static String build(ServiceSpec spec, String program) {
        boolean here = program.contains("/")
                ? Files.isRegularFile(Path.of(program))
                : PATH.stream().anyMatch(directory -> Files.isRegularFile(Path.of(directory, program)));
        return here
                ? "supervisorctl rootfs build " + spec.rootfs() + " --binary " + program
                : "this host doesn't have it either: install it in " + spec.rootfs()
                        + ", or supervisorctl rootfs import IMAGE DIR";
    }

    /** For a library, with those that it needs itself, of a program that is there. */
    static String library(ServiceSpec spec, String program, String name) {
        ElfFile wanted = new ElfFile(
                io.bulkhead.libc.Linux.isAarch64() ? 183 : 62, true, Optional.empty(), List.of(), List.of(), List.of());
        try {
            Optional<Path> here = LibrarySearch.ofHost().find(name, Path.of(program), wanted, List.of());
            return here.map(library -> "supervisorctl rootfs build " + spec.rootfs() + " --binary " + library)
                    .orElse("install it in " + spec.rootfs() + ": this host doesn't have it either");
        } catch (IOException e) {
            return "";
        }
    }
}
