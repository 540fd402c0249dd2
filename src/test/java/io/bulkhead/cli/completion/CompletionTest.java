package io.bulkhead.cli.completion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bulkhead.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts in their shells, with a {@code supervisorctl} that knows some services. */
final class CompletionTest {
    /** Fills bash's variables as readline does, a colon being a word of its own. */
    private static final String BASH = """
            . ./script
            spaced=${1//:/ : }
            COMP_WORDS=($spaced)
            [[ $1 != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _supervisorctl
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    private static final String FISH = "source ./script; complete -C $argv[1] | string replace -r '\\t.*' ''";

    /** Prints what its completion system would be given. */
    private static final String ZSH = """
            _call_program() { shift; "$@" }
            compadd() { print -rl -- ${(P)@[-1]} }
            _arguments() { :; }
            service=supervisorctl daemon=()
            . ./script
            _supervisorctl_names -J group $1
            """;

    private static final String SUPERVISORCTL = """
            #!/bin/sh
            echo "$@" >> ./asked
            case "$*" in
                *avail)
                    echo 'new                              avail     manual'
                    echo 'pool:pool_00                     in use    auto'
                    echo 'pool:pool_01                     in use    auto'
                    echo 'pool:pool_02                     avail     auto'
                    echo 'many:many_00                     avail     auto'
                    echo 'many:many_01                     avail     auto'
                    echo 'web                              in use    auto'
                    ;;
                *)
                    echo 'web                              RUNNING   pid 4711, uptime 0:00:01'
                    echo 'pool:pool_00                     STOPPED   Not started'
                    echo 'pool:pool_01                     RUNNING   pid 4712, uptime 0:00:01'
                    ;;
            esac
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void makeCommand() throws IOException {
        Path command = Files.writeString(directory.resolve("supervisorctl"), SUPERVISORCTL);
        assertTrue(command.toFile().setExecutable(true));
    }

    @Test
    void bashCompletesCommandsNamesAndWords() throws Exception {
        completes(Shell.bash, List.of("bash", "-c", BASH, "bash"));

        assertEquals(
                Set.of("pool_00", "pool_01"), words(List.of("bash", "-c", BASH, "bash"), "supervisorctl start pool:p"));
        assertEquals(Set.of("*"), words(List.of("bash", "-c", BASH, "bash"), "supervisorctl start pool:\\*"));
    }

    @Test
    void fishCompletesCommandsNamesAndWords() throws Exception {
        assumeTrue(isInstalled("fish"), "fish isn't installed");

        completes(Shell.fish, List.of("fish", "--no-config", "-c", FISH));
    }

    @Test
    void zshUnderstandsItsScript() throws Exception {
        assumeTrue(isInstalled("zsh"), "zsh isn't installed");
        Path script = Files.writeString(directory.resolve("script"), Shell.zsh.script(Main.model()));

        assertEquals(Set.of(), words(List.of("zsh", "-f", "-n"), script.toString()));
    }

    @Test
    void zshOffersWhatACommandTakes() throws Exception {
        assumeTrue(isInstalled("zsh"), "zsh isn't installed");
        Files.writeString(directory.resolve("script"), Shell.zsh.script(Main.model()));
        List<String> run = List.of("zsh", "-f", "-c", ZSH, "zsh");

        assertEquals(Set.of("web", "pool:pool_00", "pool:pool_01", "pool:*", "all"), words(run, "any"));
        assertEquals(Set.of("web", "pool:pool_00", "pool:pool_01"), words(run, "one"));
        assertEquals(Set.of("web", "pool"), words(run, "whole"));
        assertEquals(Set.of("new", "many"), words(run, "new"));
    }

    @Test
    void everyShellKnowsEveryCommandAndOption() {
        for (Shell shell : Shell.values()) {
            String script = shell.script(Main.model());

            for (Entry entry : Entry.all(Main.model())) {
                Stream.of(entry.name().split(" ", -1)).forEach(word -> assertTrue(script.contains(word), word));
                for (Entry.Option option : entry.options()) {
                    option.names().forEach(name -> assertTrue(script.contains(name.replaceFirst("^-+", "")), name));
                }
            }
        }
    }

    private void completes(Shell shell, List<String> run) throws Exception {
        Files.writeString(directory.resolve("script"), shell.script(Main.model()));

        assertTrue(words(run, "supervisorctl st").containsAll(Set.of("start", "status", "stop")));
        assertEquals(
                Set.of("web", "pool:pool_00", "pool:pool_01", "pool:*", "all"), words(run, "supervisorctl start "));
        assertEquals(Set.of("web", "pool:pool_00", "pool:pool_01"), words(run, "supervisorctl tail "));
        assertEquals(Set.of("web", "pool"), words(run, "supervisorctl remove "));
        assertEquals(Set.of("new", "many"), words(run, "supervisorctl add "));
        assertEquals(Set.of("web"), words(run, "supervisorctl -c ./x.conf start web w"));
        assertEquals(Set.of("USR1", "USR2"), words(run, "supervisorctl signal U"));
        assertEquals(Set.of("web"), words(run, "supervisorctl signal USR1 w"));
        assertEquals(Set.of("stdout", "stderr"), words(run, "supervisorctl tail web std"));
        assertEquals(Set.of("--no-wait"), words(run, "supervisorctl start --no-w"));
        assertEquals(Set.of("build"), words(run, "supervisorctl rootfs b"));
        assertEquals(Set.of("./script"), words(run, "supervisorctl rootfs build --binary ./scr"));
        assertTrue(Files.readAllLines(directory.resolve("asked")).contains("-c ./x.conf status"));
    }

    private Set<String> words(List<String> run, String line) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(run.stream(), Stream.of(line)).toList())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
        builder.environment().put("HOME", directory.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return new TreeSet<>(text.lines().filter(word -> !word.isEmpty()).toList());
    }

    private static boolean isInstalled(String shell) {
        return Stream.of(System.getenv("PATH").split(":", -1)).anyMatch(d -> Files.isExecutable(Path.of(d, shell)));
    }
}
