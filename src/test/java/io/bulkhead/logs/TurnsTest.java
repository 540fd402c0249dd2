package io.bulkhead.logs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TurnsTest {
    private final Linux linux = Linux.get();
    private final CountDownLatch mended = new CountDownLatch(1);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** A disk: sound, or one that hangs until it is mended. */
    private final class Disk implements LogTarget {
        final AtomicLong bytes = new AtomicLong();
        private final boolean hangs;

        Disk(boolean hangs) {
            this.hangs = hangs;
        }

        @Override
        public Object device() {
            return hangs;
        }

        @Override
        public int deliver(LogStream stream, Spool spool, Scratch scratch, int count, boolean last)
                throws ErrnoException {
            if (hangs) {
                try {
                    mended.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            spool.done(count);
            bytes.addAndGet(count);
            return count;
        }

        @Override
        public void tell(String line, Scratch scratch) {}

        @Override
        public void takeBack(Spool spool) {}

        @Override
        public void close() {}
    }

    private RandomAccessFile open(Turns turns, LogPipes pipes, String name, Disk disk)
            throws ErrnoException, IOException {
        pipes.make(List.of(name));
        LogStream stream = new LogStream(linux, "stdout", pipes, name);
        turns.add(new LogOutput(List.of(stream), disk, LogSpec.WhenFull.BLOCK, event -> {}));
        return LogBed.writer(pipes, name);
    }

    @Test
    void aDiskThatHangsHoldsUpNothingButWhatGoesToIt() throws Exception {
        Turns turns = new Turns(linux);
        LogPipes pipes = new LogPipes(linux, directory);
        List<RandomAccessFile> services = new ArrayList<>();
        List<Disk> hanging = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Disk disk = new Disk(true);
            hanging.add(disk);
            services.add(open(turns, pipes, "hanging-" + i, disk));
        }
        Disk sound = new Disk(false);
        services.add(open(turns, pipes, "sound", sound));
        byte[] line = "line\n".getBytes(StandardCharsets.US_ASCII);

        for (int i = 1; i <= 50; i++) {
            for (RandomAccessFile service : services) {
                service.write(line);
            }
            long expected = (long) i * line.length;
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> sound.bytes.get() == expected);
        }
        for (Disk disk : hanging) {
            assertTrue(disk.bytes.get() == 0);
        }
        mended.countDown();
        for (Disk disk : hanging) {
            await().atMost(Duration.ofSeconds(30)).until(() -> disk.bytes.get() == 50L * line.length);
        }

        assertTrue(turns.close());
        pipes.end();
        pipes.close();
        for (RandomAccessFile service : services) {
            service.close();
        }
    }
}
