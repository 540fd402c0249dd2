package io.bulkhead.cgroup.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.FakeFiles;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnifiedHierarchyTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // the framework sets it
    Path mount;

    @Test
    void handsDownManagedControllersAtOnce() throws ErrnoException {
        FakeFiles files = new FakeFiles(
                Map.of("cgroup.controllers", "cpuset cpu io memory pids", "cgroup.subtree_control", "memory"));

        hierarchy().distribute(files);

        assertEquals(List.of("cgroup.subtree_control=+cpu +pids"), files.writes);
    }

    @Test
    void handsDownOneByOneWhereTheBatchFails() throws IOException, ErrnoException {
        Files.writeString(mount.resolve("cgroup.controllers"), "cpu memory pids\n");
        UnifiedHierarchy hierarchy = hierarchy();
        FakeFiles files = new FakeFiles(Map.of("cgroup.controllers", "cpu memory pids", "cgroup.subtree_control", "")) {
            @Override
            protected int accepts(String file, String content) {
                return content.contains("cpu") ? ErrnoException.EINVAL : 0; // realtime processes outside root
            }
        };

        hierarchy.distribute(files);

        assertEquals(
                List.of(
                        "cgroup.subtree_control=+cpu +memory +pids refused",
                        "cgroup.subtree_control=+cpu refused",
                        "cgroup.subtree_control=+memory",
                        "cgroup.subtree_control=+pids"),
                files.writes);
        assertEquals(
                List.of("memory", "pids"),
                hierarchy.offered().stream().map(Controller::name).toList());
        assertEquals(
                "write \"+cpu\" to cgroup.subtree_control: EINVAL (Invalid argument)",
                hierarchy.refusal("cpu").orElse(""));
    }

    @Test
    void writesNothingWhereAllIsHandedDownOrNothingIsThere() throws ErrnoException {
        FakeFiles done = new FakeFiles(
                Map.of("cgroup.controllers", "cpu memory pids", "cgroup.subtree_control", "cpu memory pids"));
        FakeFiles bare = new FakeFiles(Map.of("cgroup.controllers", "hugetlb", "cgroup.subtree_control", ""));

        hierarchy().distribute(done);
        hierarchy().distribute(bare);

        assertEquals(List.of(), done.writes);
        assertEquals(List.of(), bare.writes);
    }

    @Test
    void limitsThroughTheControllersAGroupHas() throws IOException, ErrnoException {
        Path group = Files.createDirectories(mount.resolve("bulkhead/web"));
        Files.writeString(group.resolve("cgroup.controllers"), "memory\n");

        assertEquals(
                List.of("memory"),
                hierarchy().controllers("web").stream().map(Controller::name).toList());
    }

    @Test
    void readsWhetherAGroupIsPopulated() throws IOException, ErrnoException {
        Path group = Files.createDirectories(mount.resolve("bulkhead/web"));
        Files.writeString(group.resolve("cgroup.events"), "populated 1\nfrozen 0\n");

        assertTrue(hierarchy().populated("web"));
        assertFalse(hierarchy().populated("gone"));
    }

    private UnifiedHierarchy hierarchy() {
        Linux linux = Linux.get();
        return new UnifiedHierarchy(
                linux,
                new ParentGroup(linux, mount, mount.resolve("bulkhead")),
                List.of(new Cpu(), new Memory(4096), new Pids()));
    }
}
