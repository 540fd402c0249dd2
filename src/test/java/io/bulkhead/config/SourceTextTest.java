package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Configuration;
import io.bulkhead.spec.SourceText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was read once can be read again when nothing of it is there any more. */
final class SourceTextTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private ConfigDirectory everything() throws IOException {
        ConfigDirectory files = new ConfigDirectory(directory);
        files.with(
                        "services.d/a.conf",
                        "services.a { " + ConfigDirectory.VALID.replace("rootfs,", "../rootfs,")
                                + ", environment { HOME = ${HOME}, NONE = ${?NO_SUCH_VARIABLE_X}, PATH_OF_A = ${PATH} }"
                                + ", environment-file = [a.env, -missing.env], seccomp = a.json }")
                .with(
                        "services.d/b.conf",
                        "services.b {\ninclude \"shared\"\n" + ConfigDirectory.VALID.replace("rootfs,", "../rootfs,")
                                + " }")
                .with("services.d/shared", "nice = 7")
                .with("services.d/a.env", "SECRET=of a file\n")
                .with("services.d/a.json", "{ \"defaultAction\": \"SCMP_ACT_ALLOW\" }");
        return files.with(
                "supervisor.include = [\"services.d/*.conf\"]\nservices.c { " + ConfigDirectory.VALID + " }\n");
    }

    private void deleteFiles() throws IOException {
        Files.delete(directory.resolve("supervisord.conf"));
        Files.move(directory.resolve("services.d"), directory.resolve("elsewhere"));
    }

    @Test
    void givesTheSameSpecsAndPlacesWithoutAnyFile() throws Exception {
        ConfigDirectory files = everything();
        Configuration read = new ConfigLoader().read(files.main());

        deleteFiles();
        Configuration again = new ConfigLoader().read(read.text());

        assertEquals(List.of("a", "b", "c"), ConfigDirectory.names(read.host()));
        assertEquals(
                "of a file",
                ConfigDirectory.service(read.host(), "a").environment().get("SECRET"));
        assertEquals(
                System.getenv("PATH"),
                ConfigDirectory.service(read.host(), "a").environment().get("PATH_OF_A"));
        assertEquals(7, ConfigDirectory.service(read.host(), "b").nice());
        assertEquals(read, again);
    }

    @Test
    void holdsNoVariableThatNothingNames() throws Exception {
        SourceText text = new ConfigLoader().read(everything().main()).text();

        assertEquals(
                List.of("variable HOME", "variable PATH"),
                text.answers().keySet().stream()
                        .filter(question -> question.startsWith(SourceText.VARIABLE))
                        .toList());
    }

    @Test
    void givesTheSameProblems() throws Exception {
        ConfigDirectory files =
                everything().with("services.d/z.conf", "services.z { nice = 99 }\nsupervisor.nosuch = 1\n");
        files.with("services.d/y.conf", "include required(\"nothing.conf\")\nservices.y { a = { }");
        SourceText text = new ConfigLoader().text(files.main());
        List<String> problems = files.problems();

        deleteFiles();

        ConfigException again = assertThrows(ConfigException.class, () -> new ConfigLoader().read(text));
        assertEquals(problems, files.lines(again.problems()));
    }

    @Test
    void isNamedByWhatTheFilesSay() throws Exception {
        ConfigDirectory files = everything();
        SourceText text = new ConfigLoader().text(files.main());
        TreeMap<String, String> elsewhere = new TreeMap<>(text.answers());
        elsewhere.put("variable HOME", "/elsewhere");

        assertEquals(text.fingerprint(), new ConfigLoader().text(files.main()).fingerprint());
        assertEquals(text.fingerprint(), new SourceText(text.main(), elsewhere).fingerprint());
        files.with("services.d/a.env", "SECRET=another\n");
        assertNotEquals(
                text.fingerprint(), new ConfigLoader().text(files.main()).fingerprint());
        assertFalse(text.fingerprint().isEmpty());
    }
}
