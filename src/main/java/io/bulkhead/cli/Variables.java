package io.bulkhead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Environment variables as {@code -e} and {@code --env-file} give them. */
final class Variables {
    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "A variable beyond those it has; without a value, as it is here.")
    @Nullable
    List<String> variables;

    @Option(names = "--env-file", paramLabel = "FILE", description = "Variables, one a line; # begins a comment.")
    @Nullable
    List<Path> files;

    /** What was asked for, as {@link #read(List, List)} says. */
    Map<String, String> read() throws IOException {
        return read(files == null ? List.of() : files, variables == null ? List.of() : variables);
    }

    /**
     * Those of files first, in their order; {@code NAME} alone is as it is here, if it is.
     *
     * @throws IOException naming the file, and the line in it
     */
    static Map<String, String> read(List<Path> files, List<String> options) throws IOException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (Path file : files) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).stripLeading();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    add(line, file + ":" + (i + 1), variables);
                }
            }
        }
        for (String option : options) {
            add(option, "--env", variables);
        }
        return variables;
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new IOException("--env-file " + file + ": " + e, e);
        }
    }

    private static void add(String text, String where, Map<String, String> variables) throws IOException {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IOException(where + ": \"" + name
                    + "\" is not a variable's name: allowed are letters, digits and _, not beginning with a digit");
        }
        if (equals >= 0) {
            variables.put(name, text.substring(equals + 1));
            return;
        }
        String here = System.getenv(name);
        if (here != null) {
            variables.put(name, here);
        }
    }
}
