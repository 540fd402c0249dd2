package io.bulkhead.logs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that follow one another in one run-dir: closing the pipes is what a kill does to them. */
final class LogPipesTest {
    private static final String WEB = "web.stdout";
    private static final List<String> ONLY_WEB = List.of(WEB);

    private final Linux linux = Linux.get();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path runDir;

    @AfterEach
    void endKeepers() throws IOException {
        try (LogPipes left = new LogPipes(linux, runDir)) {
            left.keep((pidfd, ended) -> linux.close(pidfd));
            left.end();
        }
        awaitKeepers();
    }

    private LogPipes daemon() throws IOException {
        return new LogPipes(linux, runDir);
    }

    /** One that has exec'ed is called so only a moment later, and one that is killed has ended only then. */
    private void awaitKeepers(Integer... pids) {
        await().pollInterval(Duration.ofMillis(1)).untilAsserted(() -> assertEquals(List.of(pids), keepers()));
    }

    private List<Integer> keepers() throws IOException {
        List<Integer> pids = new ArrayList<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(p -> p.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                if (words(process).contains(runDir.toString())) {
                    pids.add(Integer.parseInt(process.getFileName().toString()));
                }
            }
        }
        return pids;
    }

    private static List<String> words(Path process) {
        try {
            return List.of(Files.readString(process.resolve("cmdline")).split("\0", -1));
        } catch (IOException e) {
            return List.of(); // it ended
        }
    }

    private int recorded() {
        return KeeperRecord.read(linux, runDir).orElseThrow().pid();
    }

    private static void write(LogPipes pipes, String stream, String text) throws IOException {
        try (RandomAccessFile service = LogBed.writer(pipes, stream)) {
            service.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String read(LogPipes pipes, String stream) throws ErrnoException {
        try (LogPipe pipe = pipes.use(stream).orElseThrow()) {
            int held = linux.pipes().held(pipe.fd());
            return held == 0 ? "" : new String(linux.readAll(pipe.fd(), held, stream), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theNextDaemonHasWhatNobodyElseHolds() throws Exception {
        try (LogPipes first = daemon()) {
            first.make(List.of(WEB, "web.stderr"));
            write(first, WEB, "out");
            write(first, LogPipes.stage(WEB), "staged");
            write(first, "web.stderr", "err");
        }
        int keeper = recorded();

        try (LogPipes second = daemon()) {
            second.keep((pidfd, ended) -> linux.close(pidfd));

            assertEquals("out", read(second, WEB));
            assertEquals("staged", read(second, LogPipes.stage(WEB)));
            assertEquals("err", read(second, "web.stderr"));
            assertEquals(keeper, recorded(), "there is no need for another");
            awaitKeepers(keeper);
        }
    }

    @Test
    void holdsWhatIsAddedWhileOthersAreRemoved() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        try (LogPipes first = daemon()) {
            CompletableFuture<Void> others = CompletableFuture.runAsync(() -> assertDoesNotThrow(() -> {
                while (!enough.get()) {
                    first.make(List.of("one.stdout", "one.stderr"));
                    first.remove(List.of("one.stdout", "one.stderr"));
                }
            }));
            for (int i = 0; i < 50; i++) {
                String stream = "kept" + i + ".stderr";
                first.make(List.of(stream));
                write(first, stream, stream);
            }
            enough.set(true);
            others.join();
        }

        try (LogPipes second = daemon()) {
            assertEquals(100, second.names().size());
            for (int i = 0; i < 50; i++) {
                assertEquals("kept" + i + ".stderr", read(second, "kept" + i + ".stderr"));
            }
        }
    }

    @Test
    void whatIsRemovedIsHeldByNobody() throws Exception {
        try (LogPipes pipes = daemon()) {
            pipes.make(List.of(WEB, "db.stdout"));
            Path all = Path.of("/proc/" + recorded() + "/fd");
            long before = count(all);

            pipes.remove(ONLY_WEB);

            assertEquals(before - 2, count(Path.of("/proc/" + recorded() + "/fd")));
            assertEquals(Set.of("db.stdout", "db.stdout.stage"), pipes.names());
            pipes.remove(List.of("db.stdout"));
            awaitKeepers();
        }
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    @Test
    void aLookalikeIsNotBelieved() throws Exception {
        Path record = runDir.resolve("keeper");
        try (LogPipes first = daemon()) {
            first.make(ONLY_WEB);
            write(first, WEB, "true");
            byte[] genuine = Files.readAllBytes(record);
            int fd = linux.pipes().duplex();
            try (LogPipe forged = new LogPipe(linux, fd)) {
                // The same program, with the same words: as like as can be.
                new PipeKeeper(linux, runDir).replace(new TreeMap<>(java.util.Map.of(WEB, forged)));
                linux.writeAll(fd, "false".getBytes(StandardCharsets.UTF_8), "forged");
            }
            Files.write(record, genuine);
        }
        await().until(() -> keepers().size() == 2);

        try (LogPipes second = daemon()) {
            assertEquals("true", read(second, WEB));
            second.keep((pidfd, ended) -> linux.close(pidfd));
            awaitKeepers(recorded());
        }
    }

    @Test
    void aRecordedPidThatIsAnothersByNowIsNotBelieved() throws Exception {
        try (LogPipes first = daemon()) {
            first.make(ONLY_WEB);
            write(first, WEB, "lost with the keeper");
        }
        KeeperRecord record = KeeperRecord.read(linux, runDir).orElseThrow();
        int fd = linux.pipes().duplex();
        try {
            kill(record.pid());
            int self = (int) ProcessHandle.current().pid();
            new KeeperRecord(self, 1, List.of(new KeeperRecord.Entry(WEB, fd, "pipe:[1]"))).write(linux, runDir);

            try (LogPipes second = daemon()) {
                assertEquals(Set.of(), second.names());
            }
        } finally {
            linux.close(fd);
        }
    }

    @Test
    void anotherTakesThePlaceOfOneThatIsKilled() throws Exception {
        try (LogPipes first = daemon()) {
            first.make(ONLY_WEB);
            write(first, WEB, "kept");
            first.keep((pidfd, ended) -> new Thread(() -> awaitEnd(pidfd, ended)).start());
            int killed = recorded();

            kill(killed);

            await().until(() -> recorded() != killed);
            awaitKeepers(recorded());
        }
        try (LogPipes second = daemon()) {
            assertEquals("kept", read(second, WEB));
        }
    }

    private void awaitEnd(int pidfd, Runnable ended) {
        try (Epoll end = linux.epoll()) {
            end.add(pidfd, 0);
            end.await(30_000);
            linux.close(pidfd);
            ended.run();
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void withoutItsKeeperAPipeIsFoundWithWhoWritesToIt() throws Exception {
        try (LogPipes first = daemon()) {
            first.make(ONLY_WEB);
            try (RandomAccessFile service = LogBed.writer(first, WEB)) {
                end(first);
                kill(recorded());
                service.write('x');

                try (LogPipes second = daemon()) {
                    assertEquals("x", read(second, WEB));
                    second.keep((pidfd, ended) -> linux.close(pidfd));
                    awaitKeepers(recorded());
                }
            }
        }
    }

    @Test
    void takesUpTheFifosOfAnEarlierVersion() throws Exception {
        Path fifo = Files.createDirectory(runDir.resolve("fifo")).resolve(WEB);
        linux.mkfifo(fifo.toString(), 0600);
        try (RandomAccessFile service = new RandomAccessFile(fifo.toFile(), "rw");
                LogPipes pipes = daemon()) {
            pipes.make(ONLY_WEB);
            service.write('x');

            assertEquals("x", read(pipes, WEB));
            assertTrue(Files.exists(fifo), "others know it by its path");
            assertTrue(pipes.use(LogPipes.stage(WEB)).isPresent());
            pipes.remove(ONLY_WEB);
            assertFalse(Files.exists(fifo));
        }
    }

    @Test
    void whereNoKeeperCanBeHadAStreamIsAFifo() throws Exception {
        Path obstacle = Files.createDirectory(runDir.resolve("keeper.next"));
        Path fifo = runDir.resolve("fifo").resolve(WEB);
        try (LogPipes first = daemon()) {
            first.make(ONLY_WEB);
            assertEquals(Set.of(WEB), first.names());
            try (RandomAccessFile service = new RandomAccessFile(fifo.toFile(), "rw")) {
                end(first);
                awaitKeepers();
                service.write('x');
                Files.delete(obstacle);

                try (LogPipes second = daemon()) {
                    second.make(ONLY_WEB);
                    awaitKeepers(recorded());
                    end(service);
                    assertEquals("x", read(second, WEB));
                }
            }
        }
    }

    @Test
    void aDamagedRecordCostsWhatItHeld() throws Exception {
        try (LogPipes first = daemon()) {
            first.make(ONLY_WEB);
        }
        Files.writeString(
                runDir.resolve("keeper"),
                Files.readString(runDir.resolve("keeper")).replace("pipe", "\n"));

        try (LogPipes second = daemon()) {
            assertEquals(Set.of(), second.names());
            second.make(ONLY_WEB);
            second.keep((pidfd, ended) -> linux.close(pidfd));
            awaitKeepers(recorded());
        }
    }

    /** Before its time. */
    private static void end(AutoCloseable one) throws Exception {
        one.close();
    }

    /** As anybody could. */
    private void kill(int pid) throws ErrnoException {
        int pidfd = linux.processes().open(pid);
        try (Epoll end = linux.epoll()) {
            linux.processes().signal(pidfd, 9);
            end.add(pidfd, 0);
            end.await(10_000);
        } finally {
            linux.close(pidfd);
        }
    }
}
