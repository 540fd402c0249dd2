package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecChanges;
import io.bulkhead.spec.SpecKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code environment-file}. */
final class EnvironmentFileTest {
    @TempDir
    Path temporary;

    private ConfigDirectory directory = new ConfigDirectory(Path.of("target"));

    @BeforeEach
    void makeDirectory() {
        directory = new ConfigDirectory(temporary);
    }

    /** {@code ~} stands for a line's end. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            delimiter = '|',
            value = {
                "A=b|b",
                "A=|^^",
                "A =b|b",
                "  A=b|b",
                "A= b c  |b c",
                "A=b # c|b # c",
                "A=b'c'|b'c'",
                "A='b  c'|b  c",
                "A='b~c'|b~c",
                "A='b\\c'|b\\c",
                "A=\"b  c\"|b  c",
                "A=\"b\\\"c\\$d\\`e\\\\f\"|b\"c$d`e\\f",
                "A=\"b\\nc\"|b\\nc",
                "A=\"b\\~c\"|bc",
                "A=\"b\"'c'|bc",
                "A=\"b\" c|bc",
                "A=b\\~c|bc",
                "^A=b\\ \\ ^|^b  ^",
                "A=\\\"b|\"b",
                "A=$HOME|$HOME",
                "A=b=c|b=c",
                "A=b~A=c|c",
                "A=b\\|b",
            })
    void readsAsSystemdDoes(String text, String value) {
        EnvironmentFile file = EnvironmentFile.of(text.replace('~', '\n'));

        assertEquals(Map.of(), file.problems());
        assertEquals(value.replace('~', '\n'), values(file).get("A"));
    }

    @Test
    void commentsAndEmptyLinesSayNothing() {
        EnvironmentFile file = EnvironmentFile.of("# A=1\n\n ; B=2\r\n\t\nC=3\r\n#\\\nD=4");

        assertEquals(Map.of(), file.problems());
        assertEquals(Map.of("C", "3", "D", "4"), values(file));
    }

    @Test
    void whatSaysNothingIsToldByItsLine() {
        EnvironmentFile file = EnvironmentFile.of("A=1\nexport B=2\nC\n1D=3\nE='x\ny'\nF=\"open\n");

        assertEquals(
                Map.of(
                        2,
                                "export B is not a variable's name: allowed are letters, digits and _, not beginning with a digit",
                        3, "C has no =: allowed are lines NAME=value, and comments behind #",
                        4, "1D is not a variable's name: allowed are letters, digits and _, not beginning with a digit",
                        7, "has a \" that is never closed"),
                file.problems());
        assertEquals("x\ny", values(file).get("E"));
    }

    @Test
    void environmentWinsOverFilesAndLaterOverEarlier() throws IOException, ConfigException {
        directory.with("one.env", "A=1\nB=1\nC=1").with("two.env", "B=2\nC=2");

        ServiceSpec web = directory.web("environment { C = 3 }, environment-file = [one.env, -two.env, -nosuch.env]");

        assertEquals(Map.of("A", "1", "B", "2", "C", "3"), web.environment());
    }

    @Test
    void aPathIsRelativeToTheFileThatNamesIt() throws IOException, ConfigException {
        HostSpec host = directory
                .with("supervisor.include = [\"services.d/*.conf\"]\ndefaults.environment-file = all.env")
                .with("all.env", "A=all")
                .with("services.d/own.env", "A=own")
                .with("services.d/a.conf", "services.a { rootfs = ../rootfs, command = a, environment-file = own.env }")
                .with("services.d/b.conf", "services.b { rootfs = ../rootfs, command = b }")
                .load();

        assertEquals(Map.of("A", "own"), ConfigDirectory.service(host, "a").environment());
        assertEquals(Map.of("A", "all"), ConfigDirectory.service(host, "b").environment());
    }

    @Test
    void aChangeInAFileIsAChangedEnvironment() throws IOException, ConfigException {
        directory.with("web.env", "A=1");
        ServiceSpec before = directory.web("environment-file = web.env");
        directory.with("web.env", "A=2");
        ServiceSpec after = directory.web("environment-file = web.env");

        assertEquals(
                List.of(new SpecKey.Change(
                        "environment.A", "1", "2", new Origin(directory.main().toString(), 2), SpecKey.Effect.RESTART)),
                SpecChanges.between(before, after));
    }

    @Test
    void whatIsWrongIsToldWithItsPlace() throws IOException {
        directory.with("web.env", "A=1\nexport B=2\nC");
        Files.write(temporary.resolve("latin.env"), "A=1\nB=\u00e4".getBytes(StandardCharsets.ISO_8859_1));
        directory.with("services.web { " + ConfigDirectory.VALID
                + "\nenvironment-file = [nosuch.env, web.env, -latin.env, -rootfs, \"\", 7 ] }");

        assertEquals(
                List.of(
                        "DIR/supervisord.conf:2: services.web.environment-file: \"\" is not the path of a file",
                        "DIR/supervisord.conf:2: services.web.environment-file: DIR/nosuch.env: no such file",
                        "DIR/supervisord.conf:2: services.web.environment-file: DIR/rootfs: is a directory, not a file",
                        "DIR/supervisord.conf:2: services.web.environment-file: DIR/7: no such file",
                        "DIR/web.env:2: services.web.environment-file: export B is not a variable's name: allowed are"
                                + " letters, digits and _, not beginning with a digit",
                        "DIR/web.env:3: services.web.environment-file: C has no =: allowed are lines NAME=value, and"
                                + " comments behind #",
                        "DIR/latin.env:2: services.web.environment-file: is not a text in UTF-8: found the byte 0xe4"),
                directory.problems());
    }

    /** One service alone can't run without its file; what all have from the defaults concerns all. */
    @Test
    void onlyTheServiceThatNamesItIsBroken() throws IOException, ConfigException {
        HostSpec host = directory
                .with("services { a { " + ConfigDirectory.VALID + "\nenvironment-file = nosuch.env }\n b { "
                        + ConfigDirectory.VALID + "\n} }")
                .loadTolerant();

        assertEquals(List.of("b"), ConfigDirectory.names(host));
        assertEquals(Set.of(new ServiceName("a")), host.broken().keySet());
    }

    private static Map<String, String> values(EnvironmentFile file) {
        Map<String, String> values = new TreeMap<>();
        file.variables().forEach((name, variable) -> values.put(name, variable.value()));
        return values;
    }
}
