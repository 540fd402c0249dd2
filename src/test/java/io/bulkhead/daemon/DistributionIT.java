package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is built, laid out by its installer and run by its scripts. Needs no root. */
final class DistributionIT {
    private static final Path DIST = Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"));

    @TempDir
    Path directory;

    private record Ended(int code, String said) {}

    @Test
    void installsTwiceAndUninstalls() throws Exception {
        Path root = directory.resolve("root");
        Ended first = install("--destdir", root.toString(), "--prefix", "/usr");
        Path configuration = root.resolve("etc/bulkhead/supervisord.conf");
        Files.writeString(configuration, "# mine\n");

        Ended second = install("--destdir", root.toString(), "--prefix", "/usr");

        assertEquals(0, first.code, first.said);
        assertEquals(0, second.code, second.said);
        assertEquals("# mine\n", Files.readString(configuration));
        for (String file : List.of(
                "lib/systemd/system/bulkhead.service",
                "lib/sysusers.d/bulkhead.conf",
                "share/man/man8/supervisord.8.gz",
                "share/bash-completion/completions/supervisorctl")) {
            assertTrue(Files.exists(root.resolve("usr").resolve(file)), file);
        }
        Ended version = run(root.resolve("usr/bin/supervisorctl").toString(), "--version");
        assertEquals(0, version.code, version.said);

        Ended gone = install("--uninstall", "--destdir", root.toString(), "--prefix", "/usr");

        assertEquals(0, gone.code, gone.said);
        try (Stream<Path> left = Files.walk(root)) {
            assertEquals(
                    List.of(configuration),
                    left.filter(f -> !Files.isDirectory(f)).toList());
        }
    }

    @Test
    void refusesToReplaceAnotherProgram() throws Exception {
        Path theirs = directory.resolve("usr/bin/supervisorctl");
        Files.createDirectories(theirs.getParent());
        Files.writeString(theirs, "#!/bin/sh\n");

        Ended refused = install("--destdir", directory.toString(), "--prefix", "/usr");

        assertEquals(1, refused.code, refused.said);
        assertTrue(refused.said.contains(theirs + " exists and isn't Bulkhead's"), refused.said);
        assertFalse(Files.exists(directory.resolve("usr/lib/bulkhead")));
    }

    @Test
    void saysWhatIsWrongWithItsArguments() throws Exception {
        assertTrue(install("--prefix", "usr").said.contains("--prefix usr: must be an absolute path"));
        assertTrue(install("--prefix").said.contains("--prefix needs a value"));
        assertEquals(2, install("--nosuch").code);
    }

    @Test
    void doctorRunsWithoutADaemon() throws Exception {
        Ended doctor = run(DIST.resolve("bin/supervisorctl").toString(), "doctor", "--json");

        assertTrue(doctor.code == 0 || doctor.code == 1, doctor.said);
        assertTrue(doctor.said.contains("\"able\":" + (doctor.code == 0)), doctor.said);
        assertTrue(doctor.said.contains("{\"area\":\"controllers\",\"name\":\"memory\",\"verdict\":"), doctor.said);
    }

    @Test
    void takesAnArchiveOfTheSameBuildOfJavaAlone() throws Exception {
        Path home = directory.resolve("jvm");
        executable(home.resolve("bin/java"), "#!/bin/sh\necho \"$@\"\n");
        Path lib = Files.createDirectories(directory.resolve("bulkhead/lib"));
        Files.copy(DIST.resolve("lib/java.sh"), lib.resolve("java.sh"));
        executable(directory.resolve("bulkhead/bin/supervisord"), Files.readString(DIST.resolve("bin/supervisord")));
        Path archive = Files.createFile(lib.resolve("supervisord-17.0.9+9-Debian-1-x86_64.jsa"));

        for (List<String> java : List.of(
                List.of("17.0.9+9-Debian-1", "x86_64"),
                List.of("17.0.9+9-Debian-2", "x86_64"),
                List.of("17.0.9+9-Debian-1", "aarch64"))) {
            Files.writeString(
                    home.resolve("release"),
                    "JAVA_RUNTIME_VERSION=\"" + java.get(0) + "\"\nJAVA_VERSION=\"17.0.9\"\nOS_ARCH=\"" + java.get(1)
                            + "\"\n");

            Ended ended =
                    run("env", "BULKHEAD_JAVA_HOME=" + home, directory + "/bulkhead/bin/supervisord", "--version");

            assertEquals(0, ended.code, ended.said);
            assertTrue(ended.said.contains("io.bulkhead.daemon.Main --version"), ended.said);
            boolean same = archive.endsWith("supervisord-" + String.join("-", java) + ".jsa");
            assertEquals(same, ended.said.contains("-XX:SharedArchiveFile=" + archive), java + ": " + ended.said);
            assertEquals(same, ended.said.contains("SharedArchiveFile"), java + ": " + ended.said);
        }
    }

    private static void executable(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private Ended install(String... arguments) throws IOException, InterruptedException {
        String script = DIST.resolve("install.sh").toString();
        return run(Stream.concat(Stream.of("sh", script), Stream.of(arguments)).toArray(String[]::new));
    }

    private static Ended run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }
}
