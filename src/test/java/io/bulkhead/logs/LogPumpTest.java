package io.bulkhead.logs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogPumpTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ServiceName OTHER = new ServiceName("other");
    private static final LogSpec MERGED =
            LogSpec.DEFAULT.to(LogSpec.Target.FILE, LogSpec.Target.STDOUT).rotating(0, 3);
    private static final LogSpec APART =
            LogSpec.DEFAULT.to(LogSpec.Target.FILE, LogSpec.Target.FILE).rotating(0, 3);

    private final Linux linux = Linux.get();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path runDir;

    @SuppressWarnings("NullAway.Init")
    private Path logDir;

    @BeforeEach
    void makeDirectories() throws IOException {
        runDir = Files.createDirectory(directory.resolve("run"));
        logDir = directory.resolve("log");
    }

    @AfterEach
    void endKeeper() throws IOException {
        try (LogPipes left = new LogPipes(linux, runDir)) {
            left.end();
        }
    }

    private LogPump pump() throws Exception {
        return new LogPump(linux, runDir, logDir);
    }

    /** As a service holds it: for reading and writing. */
    private RandomAccessFile writer(ServiceName service, String stream) throws IOException {
        return LogBed.writer(runDir, StreamNames.of(service, stream));
    }

    private Path log(ServiceName service, String stream) {
        return LogPaths.logFile(logDir, service, stream);
    }

    private void awaitText(ServiceName service, String stream, String text) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Files.readString(log(service, stream)).equals(text));
    }

    private static void say(RandomAccessFile writer, String text) throws IOException {
        writer.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyStreamGoesToItsFile() throws Exception {
        try (LogPump pump = pump()) {
            pump.open(WEB, APART);
            pump.open(OTHER, MERGED);
            try (RandomAccessFile out = writer(WEB, "stdout");
                    RandomAccessFile err = writer(WEB, "stderr");
                    RandomAccessFile other = writer(OTHER, "stdout")) {
                say(out, "to out\n");
                say(err, "to err\n");
                say(other, "to other\n");
                awaitText(WEB, "stdout", "to out\n");
                awaitText(WEB, "stderr", "to err\n");
                awaitText(OTHER, "stdout", "to other\n");
            }
            assertFalse(Files.exists(log(OTHER, "stderr")));
        }
    }

    @Test
    void noByteIsLostInRotations() throws Exception {
        byte[] sent = new byte[4 << 20];
        new Random(3).nextBytes(sent);
        for (int i = 60; i < sent.length; i += 60) {
            sent[i] = '\n';
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream();

        try (LogPump pump = pump()) {
            pump.open(
                    WEB,
                    LogSpec.DEFAULT
                            .to(LogSpec.Target.FILE, LogSpec.Target.STDOUT)
                            .rotating(300_000, 100));
            try (RandomAccessFile out = writer(WEB, "stdout")) {
                out.write(sent);
                pump.remove(WEB);
            }
        }
        for (int i = 100; i > 0; i--) {
            Path backup = log(WEB, "stdout").resolveSibling("web.stdout.log." + i);
            if (Files.exists(backup)) {
                byte[] part = Files.readAllBytes(backup);
                assertEquals('\n', part[part.length - 1]);
                kept.writeBytes(part);
            }
        }
        kept.writeBytes(Files.readAllBytes(log(WEB, "stdout")));

        assertArrayEquals(sent, kept.toByteArray());
    }

    @Test
    void theNextPumpReadsOn() throws Exception {
        LogPump first = pump();
        first.open(WEB, MERGED);
        try (RandomAccessFile out = writer(WEB, "stdout")) {
            say(out, "one\n");
            awaitText(WEB, "stdout", "one\n");
            first.close();
            say(out, "two\n");
            try (LogPump second = pump()) {
                second.open(WEB, MERGED);
                say(out, "three\n");
                awaitText(WEB, "stdout", "one\ntwo\nthree\n");
            }
        }
    }

    @Test
    void removeTakesWhatIsLeftAndThePipesAway() throws Exception {
        try (LogPump pump = pump()) {
            pump.open(WEB, APART);
            try (RandomAccessFile out = writer(WEB, "stdout")) {
                say(out, "last words\n");
                pump.remove(WEB);
            }
            assertEquals("last words\n", Files.readString(log(WEB, "stdout")));
            assertEquals(Set.of(), pump.withPipes());
            pump.open(WEB, APART);
            assertEquals(Set.of(WEB), pump.withPipes());
        }
    }

    @Test
    void otherTargetsHoldFromTheNextOpenOn() throws Exception {
        try (LogPump pump = pump()) {
            pump.open(WEB, MERGED);
            pump.open(WEB, APART);
            try (RandomAccessFile err = writer(WEB, "stderr")) {
                say(err, "apart\n");
                awaitText(WEB, "stderr", "apart\n");
            }
            pump.open(
                    WEB,
                    LogSpec.DEFAULT.to(LogSpec.Target.NONE, LogSpec.Target.FILE).rotating(0, 1));
            try (RandomAccessFile err = writer(WEB, "stderr")) {
                say(err, "alone\n");
                awaitText(WEB, "stderr", "apart\nalone\n");
            }
        }
    }

    @Test
    void oneThatFloodsDoesNotHoldUpAnother() throws Exception {
        try (LogPump pump = pump()) {
            pump.open(
                    WEB,
                    LogSpec.DEFAULT
                            .to(LogSpec.Target.FILE, LogSpec.Target.STDOUT)
                            .rotating(1 << 20, 1));
            pump.open(OTHER, MERGED);
            RandomAccessFile flood = writer(WEB, "stdout");
            Thread flooding = new Thread(
                    () -> {
                        byte[] lines = "flood flood flood\n".repeat(3_000).getBytes(StandardCharsets.UTF_8);
                        try {
                            while (true) {
                                flood.write(lines);
                            }
                        } catch (IOException e) {
                            return; // closed: the end
                        }
                    },
                    "flood");
            flooding.start();
            try (RandomAccessFile out = writer(OTHER, "stdout")) {
                for (int i = 1; i <= 20; i++) {
                    say(out, "x");
                    awaitText(OTHER, "stdout", "x".repeat(i));
                }
            } finally {
                flood.close();
                flooding.join();
            }
        }
    }

    @Test
    void aFileThatCannotBeRotatedGrowsOn() throws Exception {
        try (LogPump pump = pump()) {
            pump.open(
                    WEB,
                    LogSpec.DEFAULT
                            .to(LogSpec.Target.FILE, LogSpec.Target.STDOUT)
                            .rotating(8, 3));
            try (RandomAccessFile out = writer(WEB, "stdout")) {
                Path hidden = directory.resolve("hidden");
                Files.move(logDir, hidden);
                say(out, "one\ntwo\nthree\n");
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> Files.readString(hidden.resolve("web.stdout.log"))
                                .equals("one\ntwo\nthree\n"));
                Files.move(hidden, logDir);
                say(out, "four\n");

                await().atMost(Duration.ofSeconds(20))
                        .until(() -> all().equals("one\ntwo\nthree\nfour\n")
                                && Files.exists(logDir.resolve("web.stdout.log.1")));
            }
        }
    }

    private String all() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 3; i >= 0; i--) {
            Path file = i == 0 ? log(WEB, "stdout") : log(WEB, "stdout").resolveSibling("web.stdout.log." + i);
            text.append(Files.exists(file) ? Files.readString(file) : "");
        }
        return text.toString();
    }
}
