package io.bulkhead.cgroup;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.kernel.KernelTest;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A group's life on the real hierarchies: made, joined, frozen, killed and removed, on v1, v2 and both together. */
@KernelTest
@ParameterizedClass
@MethodSource("flavours")
final class CgroupLifeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SIGKILL = 9;

    @Parameter
    @SuppressWarnings("NullAway.Init") // the framework sets it
    Flavour flavour;

    @SuppressWarnings("NullAway.Init") // made before each test
    private CgroupBed bed;

    @SuppressWarnings("NullAway.Init")
    private CgroupDriver driver;

    static List<Flavour> flavours() throws ErrnoException {
        return Flavour.available();
    }

    @BeforeEach
    void open() throws ErrnoException {
        bed = new CgroupBed(flavour.layout());
        driver = bed.driver;
    }

    @AfterEach
    void clean() throws ErrnoException {
        bed.close();
    }

    @Test
    void makesAGroupInEveryHierarchy() throws ErrnoException {
        assertEquals(Set.of(), driver.list());

        driver.create("web");
        driver.create("web");

        assertEquals(Set.of("web"), driver.list());
        for (Path directory : bed.directories("web")) {
            assertTrue(Files.isDirectory(directory), directory::toString);
        }
        assertFalse(driver.populated("web"));
        assertEquals(Set.of(), driver.processes("web"));
    }

    @Test
    void listsWhatIsInOneHierarchyOnly() throws ErrnoException {
        driver.create("web");
        List<Path> directories = bed.directories("web");
        bed.linux.rmdir(directories.get(directories.size() - 1).toString());
        if (directories.size() > 1) {
            assertEquals(Set.of("web"), driver.list());
        }

        assertEquals(new Removal.Removed(), driver.remove("web"));

        assertEquals(Set.of(), driver.list());
    }

    @Test
    void processesAreBornInTheGroup() throws ErrnoException {
        driver.create("web");

        Child child = bed.sleep("web");

        assertEquals(Set.of(child.pid()), driver.processes("web"));
        assertTrue(driver.populated("web"));
        String groups = bed.linux.readFile("/proc/" + child.pid() + "/cgroup");
        long joined = groups.lines()
                .filter(line -> line.endsWith(bed.parent + "/web"))
                .count();
        assertEquals(bed.directories("web").size(), joined, groups);
    }

    @Test
    void aSubgroupIsEndedAloneAndCanBeMadeAgain() throws ErrnoException {
        driver.create("web");
        Child service = bed.sleep("web");
        Subgroup subgroup = driver.below("web", "probe.1");
        for (int i = 0; i < 3; i++) {
            Child probe = bed.start(subgroup.make(), "/bin/sh", "-c", "/bin/sleep 1000 & wait");
            await().atMost(PATIENCE).until(() -> driver.processes("web").size() == 3);
            assertTrue(driver.processes("web").contains(probe.pid()));
            assertEquals(Set.of("probe.1"), driver.below("web"));

            assertEquals(new Removal.Removed(), subgroup.end());

            assertEquals(SIGKILL, bed.end(probe));
            assertEquals(Set.of(service.pid()), driver.processes("web"));
            assertEquals(Set.of(), driver.below("web"));
        }
        assertEquals(new Removal.Removed(), subgroup.end());
    }

    @Test
    void whoeverIsLeftInASubgroupIsKilledWhenItIsMade() throws ErrnoException {
        driver.create("web");
        Subgroup subgroup = driver.below("web", "probe.1");
        Child left = bed.start(subgroup.make(), "/bin/sleep", "1000");

        Child next = bed.start(driver.below("web", "probe.1").make(), "/bin/sleep", "1000");

        assertEquals(SIGKILL, bed.end(left));
        assertEquals(Set.of(next.pid()), driver.processes("web"));
    }

    @Test
    void killsAllThatIsInsideAndBelow() throws ErrnoException {
        driver.create("web");
        Child shell = bed.start("web", "/bin/sh", "-c", "while :; do /bin/sleep 1000 & sleep 0.01; done");
        Child plain = bed.sleep("web");
        Child below = bed.sleep("web");
        for (Path directory : bed.directories("web")) {
            Path inner = directory.resolve("inner");
            bed.linux.mkdir(inner.toString(), 0755);
            bed.write(inner.resolve("cgroup.procs"), Integer.toString(below.pid()));
        }
        assertTrue(driver.processes("web").containsAll(Set.of(shell.pid(), plain.pid(), below.pid())));

        driver.killAll("web");

        for (Child child : List.of(shell, plain, below)) {
            assertEquals(SIGKILL, bed.end(child));
        }
        await().atMost(PATIENCE).until(() -> !driver.populated("web"));
        assertEquals(new Removal.Removed(), driver.remove("web"));
    }

    @Test
    void aKilledGroupMadeAgainTakesProcesses() throws ErrnoException {
        driver.create("web");
        Child first = bed.sleep("web");
        driver.killAll("web");
        bed.end(first);
        await().atMost(PATIENCE).until(() -> !driver.populated("web"));

        driver.create("web");
        Child second = bed.start("web", "/bin/true");

        assertEquals(0, bed.end(second));
    }

    @Test
    void whatSystemdMakesForItsOwnUseIsNoneOfOurs() throws ErrnoException {
        driver.create("web");
        List<Path> hidden = bed.directories("web").stream()
                .map(directory -> directory.resolveSibling(".control"))
                .toList();
        for (Path directory : hidden) {
            bed.linux.mkdir(directory.toString(), 0755);
        }

        Set<String> listed = driver.list();

        for (Path directory : hidden) {
            bed.linux.rmdir(directory.toString());
        }
        assertEquals(Set.of("web"), listed);
    }

    @Test
    void freezesAndThaws() throws ErrnoException {
        driver.create("web");
        bed.sleep("web");

        driver.freeze("web");
        await().atMost(PATIENCE).until(() -> frozen("web"));
        driver.thaw("web");

        await().atMost(PATIENCE).until(() -> !frozen("web"));
    }

    @Test
    void killsAFrozenGroup() throws ErrnoException {
        driver.create("web");
        Child child = bed.sleep("web");
        driver.freeze("web");
        await().atMost(PATIENCE).until(() -> frozen("web"));

        driver.killAll("web");

        assertEquals(SIGKILL, bed.end(child));
    }

    @Test
    void saysWhoKeepsAGroupFromBeingRemoved() throws ErrnoException {
        driver.create("web");
        Child child = bed.sleep("web");

        Removal.Busy busy = assertInstanceOf(Removal.Busy.class, driver.remove("web"));

        assertEquals(Set.of(child.pid()), busy.processes());
        assertEquals(bed.directories("web").get(0), busy.directory());
        assertTrue(busy.toString().contains("processes inside: " + child.pid()), busy::toString);
    }

    @Test
    void aGroupThatIsNotThereIsRemovedKilledAndEmpty() throws ErrnoException {
        driver.killAll("gone");

        assertEquals(new Removal.Removed(), driver.remove("gone"));
        assertEquals(Set.of(), driver.processes("gone"));
        assertFalse(driver.populated("gone"));
    }

    @Test
    void removesManyGroupsBelowWithOddNames() throws ErrnoException, IOException {
        driver.create("web");
        for (Path directory : bed.directories("web")) {
            run(directory, "for i in $(seq 300); do mkdir s$i; done; mkdir -- 'a b' -x '*' \"$(printf '\\377\\001')\"");
            run(directory, "for i in $(seq 100); do mkdir d e && cd d; done");
        }

        assertEquals(new Removal.Removed(), driver.remove("web"));

        assertEquals(Set.of(), driver.list());
    }

    @Test
    void reachesGroupsDeeperThanAnyPath() throws ErrnoException {
        driver.create("web");
        String name = "x".repeat(200);
        for (Path directory : bed.directories("web")) {
            int fd = bed.linux.open(directory.toString(), Linux.O_PATH | Linux.O_DIRECTORY);
            for (int depth = 0; depth < 40; depth++) {
                String inner = "/proc/self/fd/" + fd + "/" + name;
                bed.linux.mkdir(inner, 0755);
                int innerFd = bed.linux.open(inner, Linux.O_PATH | Linux.O_DIRECTORY);
                bed.linux.close(fd);
                fd = innerFd;
            }
            bed.linux.close(fd);
        }

        assertEquals(new Removal.Removed(), driver.remove("web"));

        assertEquals(Set.of(), driver.list());
    }

    @Test
    void toldByAFileWhereThereIsV2() throws ErrnoException {
        driver.create("web");

        Optional<Path> events = driver.eventsFile("web");

        assertEquals(bed.layout.unified().isPresent(), events.isPresent());
        if (events.isPresent()) {
            assertEquals(0, FlatKeyed.value(bed.read(events.get()), "populated").orElse(-1));
        }
    }

    @Test
    void theParentStaysAsLongAsAGroupIsInIt() throws ErrnoException {
        driver.create("web");

        driver.removeParentIfEmpty();

        assertEquals(Set.of("web"), driver.list());
    }

    @Test
    void aLaterDriverRemovesTheParent() throws ErrnoException {
        driver.create("web");
        CgroupDriver later = CgroupDrivers.open(bed.linux, bed.layout, Optional.of(bed.parent), Map.of());

        assertEquals(new Removal.Removed(), later.remove("web"));
        later.removeParentIfEmpty();

        bed.layout.legacy().forEach(mount -> assertFalse(Files.exists(mount.below(bed.parent))));
    }

    private boolean frozen(String group) throws ErrnoException {
        Optional<Path> events = driver.eventsFile(group);
        if (events.isPresent()) {
            return FlatKeyed.value(bed.read(events.get()), "frozen").orElse(0) == 1;
        }
        return bed.read(bed.file(group, "freezer.state").orElseThrow()).equals("FROZEN");
    }

    private static void run(Path directory, String script) throws IOException {
        Process shell = new ProcessBuilder("/bin/sh", "-c", script)
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertEquals(0, shell.onExit().join().exitValue(), script);
    }
}
