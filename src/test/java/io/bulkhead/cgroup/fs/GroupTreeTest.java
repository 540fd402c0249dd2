package io.bulkhead.cgroup.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GroupTreeTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // the framework sets it
    Path top;

    @Test
    void findsProcessesOfEveryLevel() throws IOException {
        group(top, "1\n2\n");
        group(top.resolve("a"), "3\n");
        group(top.resolve("a/b/c"), "4\n");
        group(top.resolve("d"), "2\n0\n");

        assertEquals(Set.of(1, 2, 3, 4), GroupTree.processes(top));
    }

    @Test
    void findsThreadsWhereProcessesCannotBeRead() throws IOException {
        Files.createDirectories(top.resolve("cgroup.procs"));
        Files.writeString(top.resolve("cgroup.threads"), "7\n");

        assertEquals(Set.of(7), GroupTree.processes(top));
    }

    @Test
    void aMissingGroupIsEmpty() throws IOException {
        assertEquals(Set.of(), GroupTree.processes(top.resolve("gone")));
        assertEquals(Set.of(), GroupTree.children(top.resolve("gone"), Set.of()));
        GroupTree.removeBelow(top.resolve("gone"));
    }

    @Test
    void listsDirectoriesOnly() throws IOException {
        group(top.resolve("web"), "");
        Files.writeString(top.resolve("tasks"), "");
        Files.createSymbolicLink(top.resolve("link"), Path.of("web"));

        assertEquals(
                Set.of("web"),
                GroupTree.children(top, Set.of()).stream().map(Path::toString).collect(Collectors.toSet()));
    }

    @Test
    void findsWhatCameAndWentSinceTheLastLook() throws IOException {
        group(top.resolve("web"), "");
        group(top.resolve("db"), "");
        Files.writeString(top.resolve("tasks"), "");
        Set<Path> first = GroupTree.children(top, Set.of());

        assertEquals(first, GroupTree.children(top, first));

        Files.delete(top.resolve("db/cgroup.procs"));
        Files.delete(top.resolve("db"));
        group(top.resolve("cache"), "");

        assertEquals(Set.of(Path.of("web"), Path.of("cache")), GroupTree.children(top, first));
    }

    @Test
    void removesChildrenFirst() throws IOException {
        for (int i = 0; i < 200; i++) {
            Files.createDirectories(top.resolve("a" + i + "/b/c"));
        }

        GroupTree.removeBelow(top);

        assertEquals(Set.of(), GroupTree.children(top, Set.of()));
        assertTrue(Files.exists(top));
    }

    @Test
    void removesDeeperThanDirectoriesMayBeOpen() throws IOException {
        Path deep = top;
        for (int i = 0; i < 300; i++) {
            Files.createDirectory(deep.resolve("x")); // a sibling, still to be visited when its parent was closed
            deep = Files.createDirectory(deep.resolve("d"));
        }
        Files.writeString(deep.resolve("cgroup.procs"), "42\n");

        assertEquals(Set.of(42), GroupTree.processes(top));
        Files.delete(deep.resolve("cgroup.procs"));
        GroupTree.removeBelow(top);

        assertEquals(Set.of(), GroupTree.children(top, Set.of()));
    }

    @Test
    void neverRemovesAFile() throws IOException {
        group(top.resolve("a/b"), "1\n");

        assertThrows(IOException.class, () -> GroupTree.removeBelow(top));

        assertTrue(Files.exists(top.resolve("a/b/cgroup.procs"), LinkOption.NOFOLLOW_LINKS));
    }

    private static void group(Path directory, String processes) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("cgroup.procs"), processes);
    }
}
