package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.libc.Checkpoint;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The installed daemon with one class in place of another, by which it kills itself at the moment it is told. */
final class InterruptedDaemon {
    private static final Path DIST = Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"));
    private static final Path SOURCE = Path.of("src/test/interrupted/io/bulkhead/libc/Interruption.java");
    private static final String MAIN = "io.bulkhead.daemon.Main";

    private InterruptedDaemon() {}

    /** What is put before the daemon's own classes, and their archive: made once, for it takes longer than many starts. */
    private static final class Made {
        static final Path DIRECTORY;
        static final String CLASSPATH;
        static final Path ARCHIVE;

        static {
            try {
                DIRECTORY = Files.createTempDirectory("bulkhead-interrupted");
                Path jar = DIRECTORY.resolve("interruption.jar");
                ARCHIVE = DIRECTORY.resolve("classes.jsa");
                for (Path file : List.of(DIRECTORY, jar, ARCHIVE)) {
                    file.toFile().deleteOnExit();
                }
                pack(jar);
                CLASSPATH = jar + File.pathSeparator + libraries();
                List<String> train = new ArrayList<>(java("-XX:ArchiveClassesAtExit=" + ARCHIVE));
                train.addAll(List.of("-cp", CLASSPATH, MAIN, "--train"));
                Process training = new ProcessBuilder(train)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                assertEquals(0, training.waitFor());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void pack(Path jar) throws IOException {
            Path classes = Files.createDirectory(DIRECTORY.resolve("classes"));
            assertEquals(
                    0,
                    ToolProvider.getSystemJavaCompiler()
                            .run(
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
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                    Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    if (Files.isRegularFile(file)) {
                        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                        Files.copy(file, out);
                    }
                    Files.delete(file);
                }
            }
        }
    }

    /** A daemon that dies when the checkpoint is reached for the {@code nth} time. */
    static List<String> at(Checkpoint checkpoint, int nth) {
        return command(Map.of("interrupt.at", checkpoint.name(), "interrupt.nth", Integer.toString(nth)));
    }

    /** A daemon that dies while its first child is held before an entry of its program. */
    static List<String> beforeEntry(int entry, long holdMillis) {
        return command(Map.of("interrupt.entry", Integer.toString(entry), "interrupt.hold", Long.toString(holdMillis)));
    }

    private static List<String> command(Map<String, String> properties) {
        List<String> command = new ArrayList<>(java("-XX:SharedArchiveFile=" + Made.ARCHIVE));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", Made.CLASSPATH, MAIN));
        return command;
    }

    private static List<String> java(String more) {
        return List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CICompilerCount=1",
                "-XX:-UsePerfData",
                "-Xmx64m",
                "-Xlog:disable",
                more,
                "-Djffi.boot.library.path="
                        + DIST.resolve(
                                "lib/jni/" + System.getProperty("os.arch").replace("amd64", "x86_64") + "-Linux"));
    }

    private static String libraries() throws IOException {
        try (Stream<Path> files = Files.list(DIST.resolve("lib"))) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".jar"))
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }
}
