package io.bulkhead.cgroup.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParentGroupTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // the framework sets it
    Path mount;

    @Test
    void makesAndRemovesItsLineage() throws ErrnoException {
        ParentGroup parent = parent("a/b");
        parent.make();
        parent.make();
        assertEquals(List.of(mount, mount.resolve("a"), mount.resolve("a/b")), parent.lineage());
        assertTrue(Files.isDirectory(mount.resolve("a/b")));

        parent("a/b").removeIfEmpty();

        assertFalse(Files.exists(mount.resolve("a")));
        assertTrue(Files.exists(mount));
    }

    @Test
    void leavesWhatSomebodyElseMade() throws ErrnoException, IOException {
        Files.createDirectory(mount.resolve("a"));
        ParentGroup parent = parent("a/b");
        parent.make();

        parent.removeIfEmpty();

        assertTrue(Files.exists(mount.resolve("a")));
        assertFalse(Files.exists(mount.resolve("a/b")));
    }

    @Test
    void leavesAGroupThatIsInUse() throws ErrnoException {
        ParentGroup parent = parent("a");
        parent.make();
        parent.makeChild("web");
        parent.makeChild("web");

        parent.removeIfEmpty();

        assertTrue(parent.has("web"));
    }

    @Test
    void acceptsOnlyNamesOfDirectories() {
        ParentGroup parent = parent("a");

        for (String name : List.of("", ".", "..", "a/b", "../x", "a\0b")) {
            assertThrows(IllegalArgumentException.class, () -> parent.child(name), name);
        }
        assertThrows(IllegalArgumentException.class, () -> parent("../x"));
    }

    private ParentGroup parent(String path) {
        return new ParentGroup(Linux.get(), mount, mount.resolve(path));
    }
}
