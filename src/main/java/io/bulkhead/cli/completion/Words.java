package io.bulkhead.cli.completion;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What may stand in one place of a command line. */
sealed interface Words {
    /** Names of services, asked of the daemon when they are wanted. */
    record Services() implements Words {}

    /** The names of services that the configuration declares, in force or not. */
    record Declared() implements Words {}

    /** Paths. */
    record Files() implements Words {}

    /** One of these. */
    record Of(List<String> words) implements Words {}

    /** Whatever the user thinks of. */
    record Free() implements Words {}

    /** By the word that stands for it in the help: {@code NAME}, {@code FILE}, {@code stdout|stderr}. */
    static Words of(String label) {
        String bare = label.replaceAll("[\\[\\]<>.]", "");
        if (bare.contains("|")) {
            List<String> choices = Arrays.asList(bare.split("\\|", -1));
            // NAME|all: the word in capitals stands for others.
            return choices.contains("NAME") ? new Services() : new Of(choices);
        }
        return switch (bare.toUpperCase(Locale.ROOT)) {
            case "NAME" -> new Services();
            case "FILE", "DIR", "B", "SRC:DST" -> new Files();
            case "URL" -> new Of(List.of("unix:///run/bulkhead/supervisord.sock"));
            case "SIG" ->
                new Of(List.of("TERM", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "STOP", "CONT", "WINCH"));
            default -> new Free();
        };
    }
}
