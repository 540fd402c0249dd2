package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.bulkhead.libc.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FifoKeeperTest {
    private final Linux linux = Linux.get();

    @Test
    void holdsWhatIsAddedWhileOthersAreRemoved(@TempDir Path runDir) throws Exception {
        Path directory = Files.createDirectory(runDir.resolve("fifo"));
        FifoKeeper keeper = new FifoKeeper(linux, runDir);
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> others = CompletableFuture.runAsync(() -> assertDoesNotThrow(() -> {
            while (!enough.get()) {
                for (int i = 0; i < 20; i++) {
                    linux.mkfifo(directory.resolve(i + ".stdout").toString(), 0600);
                }
                for (int i = 0; i < 20; i++) {
                    Files.delete(directory.resolve(i + ".stdout"));
                }
            }
        }));
        try {
            for (int i = 0; i < 50; i++) {
                String fifo = directory.resolve("kept" + i + ".stderr").toString();
                linux.mkfifo(fifo, 0600);

                keeper.hold(List.of(fifo));

                // ENXIO: nobody has it open. fifo(7)
                linux.close(linux.open(fifo, Linux.O_WRONLY | Linux.O_NONBLOCK));
            }
        } finally {
            enough.set(true);
            others.join();
            keeper.close();
        }
    }
}
