package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a process of the test's own, which shares its PID namespace. */
final class ProcessGroupsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private ProcessGroups groups;

    @BeforeEach
    void open() throws Exception {
        groups = new ProcessGroups(Linux.get(), directory.resolve("groups"), List.of());
        assertTrue(groups.claim());
    }

    @Test
    void aGroupLivesAsLongAsItsFirstProcess() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        groups.create("web");
        assertFalse(groups.populated("web"));

        groups.began("web", (int) process.pid());

        assertTrue(groups.populated("web"));
        assertTrue(groups.processes("web").contains((int) process.pid()));
        assertInstanceOf(Removal.Busy.class, groups.remove("web"));
        groups.killAll("web");
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertFalse(groups.populated("web"));
        assertEquals(Set.of(), groups.processes("web"));
        assertEquals(new Removal.Removed(), groups.remove("web"));
        assertEquals(Set.of(), groups.list());
    }

    @Test
    void aNumberThatIsAnothersNowIsNotTheGroups() throws Exception {
        groups.create("web");
        int own = (int) ProcessHandle.current().pid();
        Files.writeString(directory.resolve("groups/web"), own + " 1\n");

        assertFalse(groups.populated("web"));
        groups.killAll("web"); // or this test is over

        Files.writeString(directory.resolve("groups/web"), "");
        assertFalse(groups.populated("web"));
    }

    @Test
    void withoutCgroupsNothingIsFrozen() {
        ErrnoException refusal = assertThrows(ErrnoException.class, () -> groups.freeze("web"));

        assertEquals(
                "freeze web: no cgroup is delegated to this user: ENOENT (No such file or directory)",
                refusal.getMessage());
    }
}
