package io.bulkhead.cli.completion;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What may stand in one place of a command line. */
sealed interface Words {
    /** Names of services, asked of the daemon when they are wanted. */
    record Services(Which which) implements Words {}

    /** What a command takes the name of; it is to be offered nothing that it would refuse. */
    enum Which {
        /** Any number of instances: {@code web:web_00}, {@code web:*}, {@code all}. */
        ANY,
        /** One of them. */
        ONE,
        /** Services with all their instances: {@code web}. */
        WHOLE,
        /** Those that the configuration declares and that are not in force. */
        NEW;

        /** What the scripts call it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Paths. */
    record Files() implements Words {}

    /** One of these. */
    record Of(List<String> words) implements Words {}

    /** Whatever the user thinks of. */
    record Free() implements Words {}

    /** By the word that stands for it in the help: {@code FILE}, {@code stdout|stderr}. */
    static Words of(String label) {
        String bare = label.replaceAll("[\\[\\]<>.]", "");
        if (bare.contains("|")) {
            return new Of(Arrays.asList(bare.split("\\|", -1)));
        }
        return switch (bare.toUpperCase(Locale.ROOT)) {
            case "FILE", "DIR", "B", "SRC:DST" -> new Files();
            case "URL" -> new Of(List.of("unix:///run/bulkhead/supervisord.sock"));
            case "SIG" ->
                new Of(List.of("TERM", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "STOP", "CONT", "WINCH"));
            default -> new Free();
        };
    }
}
