package io.bulkhead.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cli.Main;
import io.bulkhead.spec.SpecKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The manual pages say all there is. */
final class ManualTest {
    private static final Path TEMPLATES = Path.of("src/main/doc");

    @Test
    void describesEveryCommandAndOption() throws IOException {
        String page = page("supervisorctl.1");

        Main.model().getSubcommands().forEach((name, command) -> {
            for (CommandLine last : command.getSubcommands().isEmpty()
                    ? List.of(command)
                    : List.copyOf(command.getSubcommands().values())) {
                String words = last == command ? name : name + " " + last.getCommandName();
                assertTrue(page.contains(".SS " + Roff.bold(words)), words);
                options(last).forEach(option -> assertTrue(page.contains(Roff.bold(option)), words + " " + option));
            }
        });
        options(Main.model()).forEach(option -> assertTrue(page.contains(Roff.bold(option)), option));
    }

    @Test
    void describesEveryOptionOfTheDaemon() throws IOException {
        String page = page("supervisord.8");

        options(new CommandLine(new io.bulkhead.daemon.Main()))
                .forEach(option -> assertTrue(page.contains(Roff.bold(option)), option));
        assertTrue(page.contains("/etc/bulkhead/supervisord.conf"));
    }

    @Test
    void describesEveryKey() throws IOException {
        String page = page("supervisord.conf.5");

        for (SpecKey key : SpecKey.ALL) {
            assertTrue(page.contains(".TP\n\\fB" + Roff.word(key.path()) + "\\fR"), key.path());
        }
        for (String key : List.of("run-dir", "cgroup.parent", "control.group", "reconcile.interval", "on-exit")) {
            assertTrue(page.contains(".TP\n\\fB" + Roff.word(key) + "\\fR"), key);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"supervisorctl.1", "supervisord.8", "supervisord.conf.5"})
    void knowsTheMacrosItUses(String name) throws IOException {
        String page = page(name);
        TreeSet<String> macros = new TreeSet<>();
        Pattern.compile("(?m)^\\.([A-Za-z]+)").matcher(page).results().forEach(found -> macros.add(found.group(1)));

        macros.removeAll(List.of(
                "B", "BI", "BR", "EE", "EX", "I", "IR", "PP", "RB", "RE", "RI", "RS", "SH", "SS", "TH", "TP", "br"));
        assertEquals(new TreeSet<String>(), macros);
        assertFalse(Pattern.compile("@[A-Z-]+@").matcher(page).find(), "a placeholder is left");
    }

    @Test
    void escapesWhatRoffWouldTakeForItsOwn() {
        assertEquals("\\&.conf is \\(aqa\\-b\\(aq, \\en\n", Roff.text(".conf is 'a-b', \\n"));
    }

    private static Stream<String> options(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()));
    }

    private static String page(String name) throws IOException {
        return Documents.text(
                Files.readString(TEMPLATES.resolve(name)),
                Files.readString(Path.of("conf/reference.conf")),
                OffsetDateTime.parse("2026-01-01T00:00:00Z"));
    }
}
