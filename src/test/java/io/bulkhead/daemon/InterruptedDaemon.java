package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.libc.Checkpoint;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** The installed daemon with one class in place of another, by which it kills itself at the moment it is told. */
final class InterruptedDaemon {
    private static final String PACKAGE = "io/bulkhead/libc";
    private static final Path SOURCE = Path.of("src/test/interrupted", PACKAGE, "Interruption.java");
    /** Once for all tests, by name: the compiler takes longer than the daemon. */
    private static final Map<String, byte[]> COMPILED = new HashMap<>();

    private final Path dist = Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"));
    private final Path classes;

    /** @param classes a directory for the class that is put before the daemon's own */
    InterruptedDaemon(Path classes) throws IOException {
        this.classes = Files.createDirectories(classes);
        Path folder = Files.createDirectories(classes.resolve(PACKAGE));
        synchronized (COMPILED) {
            if (COMPILED.isEmpty()) {
                compile();
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        COMPILED.put(file.getFileName().toString(), Files.readAllBytes(file));
                    }
                }
            }
            for (Map.Entry<String, byte[]> each : COMPILED.entrySet()) {
                Files.write(folder.resolve(each.getKey()), each.getValue());
            }
        }
    }

    private void compile() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(
                0,
                compiler.run(
                        null,
                        null,
                        null,
                        "-d",
                        classes.toString(),
                        "-cp",
                        libraries(),
                        "--release",
                        "17",
                        "-proc:none",
                        SOURCE.toString()));
    }

    /** A daemon that dies when the checkpoint is reached for the {@code nth} time. */
    List<String> at(Checkpoint checkpoint, int nth) throws IOException {
        return command(Map.of("interrupt.at", checkpoint.name(), "interrupt.nth", Integer.toString(nth)));
    }

    /** A daemon that dies while its first child is held before an entry of its program. */
    List<String> beforeEntry(int entry, long holdMillis) throws IOException {
        return command(Map.of("interrupt.entry", Integer.toString(entry), "interrupt.hold", Long.toString(holdMillis)));
    }

    private List<String> command(Map<String, String> properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx64m",
                "-Djffi.boot.library.path="
                        + dist.resolve(
                                "lib/jni/" + System.getProperty("os.arch").replace("amd64", "x86_64") + "-Linux")));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", classes + File.pathSeparator + libraries(), "io.bulkhead.daemon.Main"));
        return command;
    }

    private String libraries() throws IOException {
        try (Stream<Path> files = Files.list(dist.resolve("lib"))) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".jar"))
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
