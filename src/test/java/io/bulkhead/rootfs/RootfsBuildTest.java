package io.bulkhead.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RootfsBuildTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** The file at an absolute path inside {@code root}, links followed as a process with that root would. */
    private static boolean isInside(Path root, String path) throws IOException {
        Path at = root;
        for (Path name : Path.of(path)) {
            at = at.resolve(name);
            if (Files.isSymbolicLink(at)) {
                Path target = Files.readSymbolicLink(at);
                at = target.isAbsolute() ? root.resolve(Path.of("/").relativize(target)) : at.resolveSibling(target);
            }
        }
        return at.normalize().startsWith(root) && Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void aProgramComesWithItsLoaderAndLibraries() throws Exception {
        Path root = directory.resolve("root");

        List<RootfsBuild.Copied> copied =
                new RootfsBuild(root).binary("bash").binary("/bin/ls").build();

        ElfFile bash = ElfFile.read(Path.of("/bin/bash"));
        assertTrue(isInside(root, bash.interpreter().orElseThrow()), copied::toString);
        assertTrue(isInside(root, "/bin/bash"));
        assertTrue(isInside(root, "/bin/ls"));
        for (String library : bash.needed()) {
            assertTrue(
                    copied.stream()
                            .anyMatch(c ->
                                    c.destination().getFileName().toString().equals(library)),
                    library);
        }
        for (RootfsBuild.Copied file : copied) {
            assertTrue(file.destination().startsWith(root), file::toString);
            assertEquals(-1, Files.mismatch(file.source(), file.destination()));
            assertEquals(
                    Files.getPosixFilePermissions(file.source()), Files.getPosixFilePermissions(file.destination()));
        }
    }

    @Test
    void buildingAgainWritesNothing() throws Exception {
        Path root = directory.resolve("root");
        new RootfsBuild(root).binary("bash").build();
        Path bash = root.resolve("bin/bash");
        FileTime before = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(bash, before);
        Files.writeString(root.resolve("etc/passwd"), "mine\n");

        new RootfsBuild(root).binary("bash").build();

        assertEquals(before, Files.getLastModifiedTime(bash));
        assertEquals("mine\n", Files.readString(root.resolve("etc/passwd")));
    }

    @Test
    void aScriptComesWithWhatRunsIt() throws Exception {
        Path root = directory.resolve("root");
        Path script = Files.writeString(directory.resolve("script"), "#!/bin/bash -e\necho hello\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));

        new RootfsBuild(root).binary(script.toString()).build();

        assertTrue(isInside(root, script.toString()));
        assertTrue(isInside(root, "/bin/bash"));
    }

    @Test
    void filesGoWhereTheyAreToGo() throws Exception {
        Path root = directory.resolve("root");
        Path file = Files.writeString(directory.resolve("a.conf"), "x = 1\n");

        new RootfsBuild(root)
                .binary("bash")
                .file(file + ":/etc/b.conf")
                .file(file.toString())
                .build();

        assertEquals("x = 1\n", Files.readString(root.resolve("etc/b.conf")));
        assertTrue(isInside(root, file.toString()));
    }

    @Test
    void allThatIsMissingIsNamedAndNothingWritten() throws Exception {
        Path root = directory.resolve("root");
        Path needy = Files.write(directory.resolve("needy"), ElfFileTest.elf(true, ByteOrder.LITTLE_ENDIAN, 62, 29));
        Path text = Files.writeString(directory.resolve("text"), "no program\n".repeat(10));

        RootfsException refusal = assertThrows(
                RootfsException.class,
                () -> new RootfsBuild(root)
                        .binary("nosuch-program")
                        .binary("/nosuch/program")
                        .binary(needy.toString())
                        .binary(text.toString())
                        .file("/nosuch/file")
                        .build());

        assertEquals(
                List.of(
                        "nosuch-program: not found in /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "/nosuch/program: not found",
                        needy + ": needs liba.so, which isn't found",
                        needy + ": needs libb.so.2, which isn't found",
                        text + ": not an ELF file",
                        "/nosuch/file: no such file"),
                refusal.problems());
        assertFalse(Files.exists(root));
    }

    @Test
    void linksInTheRootLeadNowhereOutside() throws Exception {
        Path root = Files.createDirectories(directory.resolve("root"));
        Path outside = Files.createDirectories(directory.resolve("outside"));
        for (String name : List.of("lib", "lib64", "usr", "etc", "bin", "tmp", "var")) {
            Files.createSymbolicLink(root.resolve(name), name.equals("usr") ? outside : Path.of("../outside"));
        }

        new RootfsBuild(root).binary("bash").build();

        try (Stream<Path> strays = Files.list(outside)) {
            assertEquals(List.of(), strays.toList());
        }
        assertTrue(Files.isRegularFile(root.resolve("outside/passwd")));
    }
}
