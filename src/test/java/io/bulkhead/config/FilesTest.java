package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several files, and files that hold no text. */
final class FilesTest {
    @TempDir
    Path temporary;

    private ConfigDirectory directory = new ConfigDirectory(Path.of("target"));

    @BeforeEach
    void makeDirectory() {
        directory = new ConfigDirectory(temporary);
    }

    @Test
    void patternsAreRelativeToTheFileThatNamesThem() throws IOException, ConfigException {
        HostSpec host = directory
                .with("supervisor { include = [\"services.d/*.conf\"] }\n" + service("main", "rootfs"))
                .with("services.d/b.conf", service("b", "../rootfs"))
                .with("services.d/a.conf", "supervisor.include = [\"more/?.conf\"]\n" + service("a", "../rootfs"))
                .with("services.d/more/c.conf", "\n\n" + service("c", "../../rootfs"))
                .with("services.d/.hidden.conf", "}")
                .with("services.d/other.txt", "}")
                .load();

        assertEquals(List.of("a", "b", "c", "main"), ConfigDirectory.names(host));
        assertEquals(
                temporary.resolve("rootfs"), ConfigDirectory.service(host, "c").rootfs());
        assertEquals(
                new Origin(temporary.resolve("services.d/more/c.conf").toString(), 3),
                ConfigDirectory.service(host, "c").originOf("command"));
    }

    @Test
    void problemsComeInTheOrderOfTheFiles() throws IOException {
        directory
                .with("supervisor { include = [\"z.conf\", \"services.d/*.conf\"] }\nservices.m { }")
                .with("services.d/b.conf", "nothing = 1")
                .with("services.d/a.conf", "\n}")
                .with("z.conf", "defaults { nice = 1 }");

        assertEquals(
                List.of(
                        "DIR/supervisord.conf:2: services.m.rootfs: is required: the directory that becomes the service's root",
                        "DIR/supervisord.conf:2: services.m.command: is required: a list such as [/bin/sleep, 10], or a string",
                        "DIR/z.conf:1: defaults: unknown key; allowed in an included file: supervisor, services",
                        "DIR/services.d/a.conf:2: the } closes nothing",
                        "DIR/services.d/b.conf:1: nothing: unknown key; allowed in an included file: supervisor, services"),
                directory.problems());
    }

    @Test
    void serviceOfTwoFilesIsRefused() throws IOException {
        directory
                .with("supervisor { include = [\"*.d/*.conf\"] }")
                .with("a.d/web.conf", "\n" + service("web", "../rootfs"))
                .with("b.d/web.conf", service("web", "../rootfs"));

        assertEquals(
                List.of("DIR/b.d/web.conf:1: services.web: is declared twice: the other one is at DIR/a.d/web.conf:2"),
                directory.problems());
    }

    @Test
    void serviceOfTwoFilesIsBrokenAlone() throws IOException, ConfigException {
        HostSpec host = directory
                .with("supervisor { include = [a.conf] }\n" + service("web", "rootfs"))
                .with(
                        "a.conf",
                        "services { web { rootfs = rootfs, command = a }, db { rootfs = rootfs, command = a } }")
                .loadTolerant();

        assertEquals(List.of("db"), ConfigDirectory.names(host));
        assertEquals(1, host.broken().size());
    }

    @Test
    void includesOfHoconAreMergedInPlace() throws IOException, ConfigException {
        HostSpec host = directory
                .with(
                        "include \"common\"\nservices.web { include \"parts/limits.conf\"\n nice = 3 }\ninclude \"missing\"")
                .with("common.conf", "defaults { rootfs = rootfs, command = /bin/web }")
                .with("parts/limits.conf", "nice = 1\npids.max = 7")
                .load();

        assertEquals(3, ConfigDirectory.service(host, "web").nice());
        assertEquals(7, ConfigDirectory.service(host, "web").limits().pidsMax().orElse(0));
        assertEquals(
                new Origin(temporary.resolve("parts/limits.conf").toString(), 2),
                ConfigDirectory.service(host, "web").originOf("pids.max"));
    }

    @Test
    void includeCyclesAreTold() throws IOException {
        directory
                .with("supervisor { include = [a.conf] }")
                .with("a.conf", "supervisor.include = [b.conf]")
                .with("b.conf", "\ninclude \"supervisord.conf\"");

        assertEquals(
                List.of("DIR/b.conf:2: include \"supervisord.conf\": include cycle: "
                        + "DIR/supervisord.conf -> DIR/a.conf -> DIR/b.conf -> DIR/supervisord.conf"),
                directory.problems());
    }

    @Test
    void problemsOfAnIncludedFileNameThatFile() throws IOException {
        directory.with("include \"a.conf\"").with("a.conf", "services {\n  web {\n    rootfs = = }\n}");

        assertEquals(List.of("DIR/a.conf:3: found '=' where a value is expected"), directory.problems());
    }

    @Test
    void substitutionsReachOverFiles() throws IOException, ConfigException {
        HostSpec host = directory
                .with("supervisor { include = [a.conf], log-dir = /srv/log }")
                .with(
                        "a.conf",
                        "services.web { " + ConfigDirectory.VALID + ", environment.LOGS = ${supervisor.log-dir} }")
                .load();

        assertEquals(
                "{LOGS=/srv/log}",
                ConfigDirectory.service(host, "web").environment().toString());
    }

    @Test
    void missingFileIsTold() {
        assertEquals(List.of("DIR/supervisord.conf: no such file"), directory.problems());
    }

    @Test
    void directoryIsTold() throws IOException {
        Files.createDirectory(directory.main());

        assertEquals(List.of("DIR/supervisord.conf: is a directory, not a file"), directory.problems());
    }

    @Test
    void pathBelowAFileIsTold() throws IOException {
        directory.with("");

        assertEquals(
                List.of("DIR/supervisord.conf/x: cannot be read: Not a directory"),
                problems(directory.main().resolve("x")));
    }

    @Test
    void linkThatLeadsToItselfIsTold() throws IOException {
        Files.createSymbolicLink(directory.main(), Path.of("supervisord.conf"));

        assertEquals(1, directory.problems().size());
        assertTrue(directory.problems().get(0).startsWith("DIR/supervisord.conf: cannot be read: Too many levels"));
    }

    @Test
    void unreadableFileIsTold() throws IOException {
        directory.with("");
        Files.setPosixFilePermissions(directory.main(), PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(directory.main()), "root reads every file");

        assertEquals(List.of("DIR/supervisord.conf: cannot be read: permission denied"), directory.problems());
    }

    @Test
    void deviceIsNotOpened() {
        assertEquals(List.of("/dev/zero: is not a regular file"), problems(Path.of("/dev/zero")));
    }

    @Test
    void bytesThatAreNoTextAreTold() throws IOException {
        Files.write(directory.main(), new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
        assertEquals(
                List.of("DIR/supervisord.conf:1: is not a text: found the control character 0x02"),
                directory.problems());

        Files.write(directory.main(), new byte[] {'a', '\n', 'b', (byte) 0xff, 'c'});
        assertEquals(
                List.of("DIR/supervisord.conf:2: is not a text in UTF-8: found the byte 0xff"), directory.problems());

        Files.write(directory.main(), new byte[] {'a', '\n', '\n', (byte) 0xc3});
        assertEquals(
                List.of("DIR/supervisord.conf:3: is not a text in UTF-8: found the byte 0xc3"), directory.problems());

        Files.writeString(directory.main(), "a = 1\nb = \0", StandardCharsets.UTF_8);
        assertEquals(
                List.of("DIR/supervisord.conf:2: is not a text: found the control character 0x00"),
                directory.problems());

        Files.writeString(directory.main(), "services { }", StandardCharsets.UTF_16);
        assertEquals(
                List.of("DIR/supervisord.conf:1: is not a text in UTF-8: found the byte 0xfe"), directory.problems());
    }

    @Test
    void byteOrderMarkAndLineEndsOfOtherSystemsAreRead() throws IOException, ConfigException {
        HostSpec host = directory
                .with("\uFEFFservices {\r\n  web {\r\n    rootfs = rootfs\r\n    command = /bin/web\r\n  }\r\n}\r\n")
                .load();

        assertEquals(List.of("/bin/web"), ConfigDirectory.service(host, "web").command());
        assertEquals(4, ConfigDirectory.service(host, "web").originOf("command").line());
    }

    @Test
    void overlongFileIsTold() throws IOException {
        directory.with("#".repeat((1 << 20) + 1));

        assertEquals(List.of("DIR/supervisord.conf: is larger than 1 MiB"), directory.problems());
    }

    @Test
    void nestingOfAHundredThousandLevelsIsTold() throws IOException {
        directory.with("a = " + "[".repeat(100_000));

        assertEquals(
                List.of("DIR/supervisord.conf:1: is nested too deeply: allowed are 50 levels"), directory.problems());
    }

    private List<String> problems(Path file) {
        return directory.lines(assertThrows(ConfigException.class, () -> new ConfigLoader().load(file))
                .problems());
    }

    private static String service(String name, String rootfs) {
        return "services." + name + " { rootfs = " + rootfs + ", command = /bin/" + name + " }";
    }
}
