package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

final class TopicsTest {
    static Stream<String> commands() {
        return Main.topics().stream()
                .flatMap(topic -> Stream.of(topic.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Command.class))
                .map(Method::getName);
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
