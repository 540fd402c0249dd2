package io.bulkhead.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One flaw after the other in a rootfs of this host's programs. */
final class ProgramCheckTest {
    private static final int OTHER_MACHINE = Linux.isAarch64() ? 62 : 183;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path rootfs;

    @BeforeEach
    void build() throws Exception {
        new RootfsBuild(rootfs).binary("bash").build();
    }

    private Optional<Finding> check(Optional<Executor> executor, String command) {
        ServiceSpec spec = SpecFixture.with(SpecFixture.service("web"))
                .rootfs(rootfs)
                .command(command)
                .environment(Map.of("LD_LIBRARY_PATH", "/opt/lib"))
                .build();
        return new ProgramCheck(Linux.get(), spec, executor).check();
    }

    private String sentence(String command) {
        return check(Optional.empty(), command).map(Finding::sentence).orElse("fine");
    }

    private Path file(String path, String text) throws IOException {
        Path file = rootfs.resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private ElfFile bash() throws Exception {
        return ElfFile.read(Path.of("/bin/bash"));
    }

    private Path inRoot(Path inside) throws IOException {
        return rootfs.resolve(Path.of("/").relativize(inside.toRealPath()));
    }

    @Test
    void whatIsWholeIsFine() throws IOException {
        file("script", "#!/bin/bash -e\n");

        assertEquals("fine", sentence("/bin/bash"));
        assertEquals("fine", sentence("bash"));
        assertEquals("fine", sentence("./script"));
    }

    @Test
    void whatIsMissingIsNamedWhereThePathEnds() {
        assertEquals("/bin/nosuch is not in the rootfs", sentence("/bin/nosuch"));
        assertEquals(
                "/opt/app/bin/server cannot be reached: /opt is not in the rootfs", sentence("/opt/app/bin/server"));
        assertEquals("nosuch is in no directory of PATH in the rootfs", sentence("nosuch"));
    }

    @Test
    void theMissingLoaderIsNamedAndHowToGetIt() throws Exception {
        Path loader = Path.of(bash().interpreter().orElseThrow());
        deleteAlong(loader);

        Finding finding = check(Optional.empty(), "/bin/bash").orElseThrow();

        assertEquals(
                "/bin/bash needs the dynamic loader " + loader + ", which is not in the rootfs", finding.sentence());
        assertEquals("supervisorctl rootfs build " + rootfs + " --binary /bin/bash", finding.remedy());
    }

    @Test
    void theMissingLibraryIsNamedAndHowToGetIt() throws Exception {
        String name = bash().needed().get(0);
        try (var files = Files.walk(rootfs)) {
            for (Path library : files.filter(f -> f.endsWith(name)).toList()) {
                Files.delete(library);
            }
        }

        Finding finding = check(Optional.empty(), "/bin/bash").orElseThrow();

        assertEquals("/bin/bash needs the library " + name + ", which is not in the rootfs", finding.sentence());
        assertTrue(
                finding.remedy().startsWith("supervisorctl rootfs build " + rootfs + " --binary /")
                        && finding.remedy().endsWith("/" + name),
                finding::remedy);
    }

    @Test
    void theMissingInterpreterOfAScriptIsNamed() throws IOException {
        file("script", "#! /usr/bin/perl6 -w\n");
        file("windows", "#!/bin/bash\r\n");
        file("outer", "#!/script\n");

        assertEquals("/script is a script for /usr/bin/perl6, which is not in the rootfs", sentence("/script"));
        assertEquals("/script is a script for /usr/bin/perl6, which is not in the rootfs", sentence("/outer"));
        assertEquals("the first line of /windows ends in a carriage return, as on Windows", sentence("/windows"));
    }

    @Test
    void whatIsNoProgramIsSaidToBeNone() throws IOException {
        file("empty", "");
        file("text", "echo hello\n");
        file("damaged", "\u007fELF and nothing more");
        Files.write(file("foreign", ""), ElfFileTest.elf(true, ByteOrder.LITTLE_ENDIAN, OTHER_MACHINE, 29));

        assertEquals("/empty is empty", sentence("/empty"));
        assertEquals("/text is neither an ELF file nor a script that begins with #!", sentence("/text"));
        assertTrue(sentence("/damaged").startsWith("/damaged is a damaged ELF file: "), sentence("/damaged"));
        assertTrue(
                sentence("/foreign").matches("/foreign is a program for (aarch64|x86-64), and this host is .*"),
                sentence("/foreign"));
        assertEquals("/etc is a directory, not a program", sentence("/etc"));
    }

    @Test
    void whoMayNotExecuteIsToldWhere() throws IOException {
        Path program = file("opt/app/run", "#!/bin/bash\n");
        Optional<Executor> other = Optional.of(new Executor(4711, List.of(4712)));
        Optional<Executor> root = Optional.of(new Executor(0, List.of(0)));
        Object owner = Files.getAttribute(program, "unix:uid");

        Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertEquals(Optional.empty(), check(other, "/opt/app/run"));
        Files.setPosixFilePermissions(program.resolveSibling(""), PosixFilePermissions.fromString("rwx------"));
        assertTrue(
                check(other, "/opt/app/run")
                        .orElseThrow()
                        .sentence()
                        .startsWith("user 4711 may not pass through /opt/app: it is user " + owner + "'s and group "),
                () -> check(other, "/opt/app/run").toString());
        assertEquals(Optional.empty(), check(root, "/opt/app/run"));

        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(check(root, "/opt/app/run")
                .orElseThrow()
                .sentence()
                .startsWith("user 0 may not execute /opt/app/run: "));
        assertEquals(
                "chmod a+x " + program,
                check(root, "/opt/app/run").orElseThrow().remedy());
    }

    /** A hostile service may have left anything. */
    @Test
    void linksLeadNowhereButInside() throws IOException {
        Files.createSymbolicLink(rootfs.resolve("host"), Path.of("../../../../../../bin/bash"));
        Files.createSymbolicLink(rootfs.resolve("circle"), Path.of("circle"));
        Files.createSymbolicLink(rootfs.resolve("out"), Path.of("/proc/self/exe"));

        assertEquals("fine", sentence("/host"));
        assertEquals("/circle is a link that leads back to itself", sentence("/circle"));
        assertEquals("fine", sentence("/out"));
    }

    /** Both what a path names and what that leads to. */
    private void deleteAlong(Path loader) throws IOException {
        Files.deleteIfExists(inRoot(loader));
        Path named = rootfs.resolve(Path.of("/").relativize(loader));
        if (Files.exists(named, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(named);
        }
    }
}
