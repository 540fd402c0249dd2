package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GroupRemoverTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // the framework sets it
    Path folder;

    private final GroupRemover remover = new GroupRemover(Linux.get(), Duration.ofMillis(3));

    @Test
    void removesFromEveryHierarchy() throws IOException {
        Path a = Files.createDirectories(folder.resolve("a/web"));
        Path b = Files.createDirectories(folder.resolve("b/web"));
        Files.createDirectories(b.resolve("inner/most"));

        assertEquals(new Removal.Removed(), remover.remove(List.of(a, b, folder.resolve("c/web"))));

        assertFalse(Files.exists(a));
        assertFalse(Files.exists(b));
    }

    @Test
    void saysWhoIsInsideAndRemovesTheRest() throws IOException {
        Path busy = Files.createDirectories(folder.resolve("a/web"));
        Path free = Files.createDirectories(folder.resolve("b/web"));
        Files.writeString(busy.resolve("cgroup.procs"), "12\n9\n");

        Removal removal = remover.remove(List.of(busy, free));

        assertEquals(new Removal.Busy(busy, Set.of(9, 12), reason(removal)), removal);
        assertTrue(removal.toString().endsWith("; processes inside: 9 12"), removal::toString);
        assertFalse(Files.exists(free));
    }

    private static String reason(Removal removal) {
        return removal instanceof Removal.Busy busy ? busy.reason() : "";
    }
}
