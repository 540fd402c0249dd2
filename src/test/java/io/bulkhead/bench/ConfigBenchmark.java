package io.bulkhead.bench;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to read a configuration of many services: all in one file, or each in an included file of its own.
 *
 * <p>{@code mvn -Pbench test-compile exec:exec -Dbench=ConfigBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
// The daemon's own flags.
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConfigBenchmark {
    private static final String SERVICE = """
            services.service-%d {
              rootfs = %s
              command = [/bin/web, --port, "80"]
              environment { LANG = C.UTF-8, NUMBER = "%1$d" }
              cpu { quota = 20 ms, period = 100 ms }
              memory.max = 64 MiB
              pids.max = 64
              restart { backoff { initial = 1 s, max = 30 s }, limit.attempts = 3 }
            }
            """;

    @Param({"200"})
    private int services;

    private final ConfigLoader loader = new ConfigLoader();
    private Path directory = Path.of("/");

    @Setup
    public void writeFiles() throws IOException, ConfigException {
        directory = Files.createTempDirectory("bulkhead-bench");
        Path rootfs = Files.createDirectory(directory.resolve("rootfs"));
        Path each = Files.createDirectory(directory.resolve("services.d"));
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < services; i++) {
            String service = SERVICE.formatted(i, rootfs);
            all.append(service);
            Files.writeString(each.resolve(i + ".conf"), service);
        }
        Files.writeString(directory.resolve("one.conf"), all);
        Files.writeString(directory.resolve("many.conf"), "supervisor.include = [\"services.d/*.conf\"]\n");
        if (oneFile().services().size() != services || manyFiles().services().size() != services) {
            throw new IllegalStateException("not all services were read");
        }
    }

    @TearDown
    public void deleteFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public HostSpec oneFile() throws ConfigException {
        return loader.load(directory.resolve("one.conf"));
    }

    @Benchmark
    public HostSpec manyFiles() throws ConfigException {
        return loader.load(directory.resolve("many.conf"));
    }
}
