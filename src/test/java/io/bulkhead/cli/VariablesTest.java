package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VariablesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void optionsComeAfterFilesAndTakeWhatIsHere() throws IOException {
        Path file = Files.writeString(directory.resolve("env"), "# a comment\n\nA=1\nB=two words=\n");

        Map<String, String> variables = Variables.read(List.of(file), List.of("A=3", "PATH", "NO_SUCH_VARIABLE_HERE"));

        assertEquals(Map.of("A", "3", "B", "two words=", "PATH", System.getenv("PATH")), variables);
    }

    @Test
    void whatIsNoVariableIsNamedWithItsLine() throws IOException {
        Path file = Files.writeString(directory.resolve("env"), "A=1\n1x=2\n");

        IOException refusal = assertThrows(IOException.class, () -> Variables.read(List.of(file), List.of()));

        assertEquals(
                file
                        + ":2: \"1x\" is not a variable's name: allowed are letters, digits and _, not beginning with a digit",
                refusal.getMessage());
    }
}
