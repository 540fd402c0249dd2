package io.bulkhead.logs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.LogSpec.Compression;
import io.bulkhead.spec.LogSpec.Format;
import io.bulkhead.spec.LogSpec.Layout;
import io.bulkhead.spec.LogSpec.Rotation;
import io.bulkhead.spec.ServiceName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pump that is killed again and again while a service writes numbered lines as fast as it can. */
final class PumpKillTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final int KILLS = Integer.getInteger("pump.kills", 5);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static LogSpec spec(String mode) {
        Compression compression = mode.equals("compressed") ? Compression.GZIP : Compression.NONE;
        return LogSpec.DEFAULT
                .with(new Rotation(1 << 20, Optional.empty(), 1_000, compression))
                .with(new Layout(Format.TEXT, mode.equals("stamped"), false));
    }

    /** A pump by itself: {@code RUN-DIR LOG-DIR MODE}. */
    public static final class Pump {
        public static void main(String[] arguments) throws Exception {
            LogPump pump = new LogPump(Linux.get(), Path.of(arguments[0]), Path.of(arguments[1]));
            pump.keep((pidfd, ended) -> Linux.get().close(pidfd));
            pump.open(WEB, spec(arguments[2]));
            System.in.read(); // until it is killed, or told to end
            pump.remove(WEB);
            pump.close();
        }
    }

    private Process start(String mode) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Pump.class.getName(),
                directory.resolve("run").toString(),
                directory.resolve("log").toString(),
                mode);
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "stamped", "compressed", "fifo"})
    void noLineIsLostOrDoubled(String mode) throws Exception {
        Random random = new Random(7);
        long written;
        try (RandomAccessFile service = service(mode)) {
            AtomicBoolean stop = new AtomicBoolean();
            long[] lines = {0};
            Thread writer = new Thread(() -> write(service, stop, lines), "service");
            writer.start();
            for (int i = 0; i < KILLS; i++) {
                Process pump = start(mode);
                long until = size() + 1 + random.nextInt(3 << 20);
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> size() >= until);
                pump.destroyForcibly().waitFor();
            }
            Process last = start(mode);
            stop.set(true);
            writer.join();
            last.getOutputStream().close();
            last.waitFor();
            written = lines[0];
        }
        assertEquals(written, countInOrder());
        assertFalse(Files.exists(directory.resolve("run/keeper")), "a keeper is left, and nothing to be kept");
    }

    private RandomAccessFile service(String mode) throws Exception {
        Path runDir = directory.resolve("run");
        if (mode.equals("fifo")) {
            // As an earlier version has started it.
            Path fifo = Files.createDirectories(runDir.resolve("fifo")).resolve("web.stdout");
            Linux.get().mkfifo(fifo.toString(), 0600);
            return new RandomAccessFile(fifo.toFile(), "rw");
        }
        Process first = start(mode);
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(runDir.resolve("keeper")));
        RandomAccessFile opened = LogBed.writer(runDir, "web.stdout");
        first.destroyForcibly().waitFor();
        return opened;
    }

    private static void write(RandomAccessFile service, AtomicBoolean stop, long[] lines) {
        try {
            StringBuilder block = new StringBuilder();
            while (!stop.get()) {
                block.setLength(0);
                for (int i = 0; i < 50; i++) {
                    block.append("line ").append(lines[0]++).append('\n');
                }
                service.write(block.toString().getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private long size() throws IOException {
        long size = 0;
        for (LogFiles.Part part : LogFiles.oldestFirst(directory.resolve("log/web.stdout.log"))) {
            try {
                // What a compressed one held is about as much as any rotated one.
                size += part.isCompressed() ? 1 << 20 : Files.size(part.path());
            } catch (java.nio.file.NoSuchFileException e) {
                return size; // rotated this moment
            }
        }
        return size;
    }

    private long countInOrder() throws IOException {
        long expected = 0;
        for (LogFiles.Part part : LogFiles.oldestFirst(directory.resolve("log/web.stdout.log"))) {
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(part.open(), StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    String text = line.substring(Math.max(0, line.indexOf("line ")));
                    assertEquals("line " + expected, text, part.path() + " holds " + line);
                    expected++;
                }
            }
        }
        return expected;
    }
}
