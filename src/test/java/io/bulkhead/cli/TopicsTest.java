package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TopicsTest {
    static Stream<String> commands() {
        return Main.whole(System.out, System.err).getSubcommands().keySet().stream()
                .filter(name -> !name.equals("rootfs"));
    }

    /** One that {@code Main} doesn't know the topic of would be shown in the help and not be run. */
    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandIsFoundInItsTopic(String name) {
        List<String> words = List.of("-c", "status", name, "start");

        assertEquals(
                Set.of(name),
                Main.commandLine(words, System.out, System.err).getSubcommands().keySet());
    }
}
