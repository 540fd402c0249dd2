package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CgroupLayoutTest {
    @Test
    void findsUnified() throws IOException {
        CgroupLayout layout = CgroupLayout.parse(sample("unified"));

        assertEquals(
                Optional.of(new CgroupMount(Path.of("/sys/fs/cgroup"), "/", true, true, Set.of())), layout.unified());
        assertEquals(List.of(), layout.legacy());
    }

    @Test
    void findsHybridWithV2Beside() throws IOException {
        CgroupLayout layout = CgroupLayout.parse(sample("hybrid"));

        assertEquals(
                Path.of("/sys/fs/cgroup/unified"),
                layout.unified().orElseThrow().point());
        assertEquals(
                List.of("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "name=systemd"),
                layout.legacy().stream().flatMap(m -> m.controllers().stream()).toList());
    }

    @Test
    void findsControllersThatShareAHierarchy() throws IOException {
        CgroupLayout layout = CgroupLayout.parse(sample("legacy"));

        assertTrue(layout.unified().isEmpty());
        assertEquals(layout.legacy("cpu"), layout.legacy("cpuacct"));
        assertEquals(
                new CgroupMount(Path.of("/sys/fs/cgroup/cpu,cpuacct"), "/", false, true, Set.of("cpu", "cpuacct")),
                layout.legacy("cpu").orElseThrow());
        assertEquals(
                Path.of("/sys/fs/cgroup/net_cls,net_prio"),
                layout.legacy("net_prio").orElseThrow().point());
        assertEquals(13, layout.legacy().size());
    }

    @Test
    void findsSystemdsNamesAndNoOthers() throws IOException {
        String named = "40 31 0:37 / /sys/fs/cgroup/mine rw,relatime - cgroup cgroup rw,name=mine\n";

        CgroupLayout layout = CgroupLayout.parse(sample("legacy") + named);

        assertEquals(
                Path.of("/sys/fs/cgroup/systemd"),
                layout.legacy("name=systemd").orElseThrow().point());
        assertTrue(layout.legacy().stream().noneMatch(m -> m.point().endsWith("mine")));
    }

    @Test
    void decodesEscapedMountPoints() {
        CgroupLayout layout =
                CgroupLayout.parse("35 31 0:32 / /mnt/a\\040b\\134c rw,relatime - cgroup cgroup rw,memory\n");

        assertEquals(
                Path.of("/mnt/a b\\c"), layout.legacy("memory").orElseThrow().point());
    }

    @Test
    void keepsTheLaterOfTwoMountsOnOnePoint() {
        CgroupLayout layout = CgroupLayout.parse("""
                31 23 0:28 / /sys/fs/cgroup rw - cgroup cgroup rw,memory
                32 23 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
                33 23 0:30 / /mnt/x rw - cgroup cgroup rw,pids
                34 23 0:31 / /mnt/x rw - tmpfs tmpfs rw
                """);

        assertTrue(layout.unified().isPresent());
        assertEquals(List.of(), layout.legacy());
    }

    @Test
    void prefersAWritableMountOfTheWholeHierarchy() {
        CgroupLayout layout = CgroupLayout.parse("""
                33 23 0:30 / /ro ro - cgroup2 cgroup2 rw
                34 23 0:30 /part /part rw - cgroup2 cgroup2 rw
                35 23 0:30 / /whole rw - cgroup2 cgroup2 rw
                36 23 0:30 / /ro2 ro - cgroup2 cgroup2 rw
                """);

        assertEquals(Path.of("/whole"), layout.unified().orElseThrow().point());
    }

    @Test
    void tellsReadOnlyMounts() {
        CgroupLayout layout = CgroupLayout.parse("33 23 0:30 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup2 rw\n");

        assertFalse(layout.unified().orElseThrow().writable());
    }

    @Test
    void resolvesAGroupBelowAMountedSubtree() {
        CgroupMount part = new CgroupMount(Path.of("/sys/fs/cgroup"), "/docker/abc", true, true, Set.of());

        assertEquals(Optional.of(Path.of("/sys/fs/cgroup/x")), part.resolve("/docker/abc/x"));
        assertEquals(Optional.of(Path.of("/sys/fs/cgroup")), part.resolve("/docker/abc"));
        assertEquals(Optional.empty(), part.resolve("/docker/abcd"));
        assertEquals(Optional.empty(), part.resolve("/"));
    }

    @Test
    void readsOwnGroup() {
        assertEquals(
                Optional.of("/system.slice/bulkhead.service"),
                CgroupDrivers.ownGroup("1:name=systemd:/init\n0::/system.slice/bulkhead.service"));
        assertEquals(Optional.empty(), CgroupDrivers.ownGroup("4:memory:/x\n0::/"));
    }

    private static String sample(String name) throws IOException {
        try (InputStream in = CgroupLayoutTest.class.getResourceAsStream("mountinfo-" + name)) {
            if (in == null) {
                throw new IOException("no sample " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
