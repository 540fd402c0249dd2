package io.bulkhead.cgroup;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram.Child;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A driver with a parent group of its own on the real hierarchies, and the processes a test starts in its groups. */
final class CgroupBed implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Linux linux = Linux.get();
    final CgroupLayout layout;
    final String parent = "/bulkhead-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    final CgroupDriver driver;
    private final List<Child> children = new ArrayList<>();

    CgroupBed(CgroupLayout layout) throws ErrnoException {
        this.layout = layout;
        this.driver = CgroupDrivers.open(linux, layout, Optional.of(parent), Map.of());
    }

    /** Starts a process that is in the group from birth, as a launch does. */
    Child start(String group, String... command) throws ErrnoException {
        return start(driver.join(group), command);
    }

    Child start(JoinAtBirth join, String... command) throws ErrnoException {
        Child child = GroupProcess.start(linux, join, command);
        children.add(child);
        return child;
    }

    Child sleep(String group) throws ErrnoException {
        return start(group, "/bin/sleep", "1000");
    }

    /** Waits for the end of a child: its wait status. */
    int end(Child child) {
        int status = await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> linux.processes().waitStatus(child.pidfd()), Optional::isPresent)
                .orElseThrow();
        children.remove(child);
        linux.close(child.pidfd());
        return status;
    }

    /** The group's directories, one in each hierarchy in use. */
    List<Path> directories(String group) {
        JoinAtBirth join = driver.join(group);
        List<Path> directories = new ArrayList<>();
        join.unified().ifPresent(directories::add);
        join.tasksFiles()
                .forEach(file -> directories.add(Path.of(file.toString().replaceFirst("/[^/]*$", ""))));
        return directories;
    }

    /** The one file of that name among the group's directories. */
    Optional<Path> file(String group, String name) {
        return directories(group).stream()
                .map(directory -> directory.resolve(name))
                .filter(file -> linux.exists(file.toString()))
                .findFirst();
    }

    String read(Path file) throws ErrnoException {
        return linux.readFile(file.toString());
    }

    void write(Path file, String content) throws ErrnoException {
        linux.writeFile(file.toString(), content);
    }

    /** Ends everything that was started and removes everything that was made; fails where something is left. */
    @Override
    public void close() throws ErrnoException {
        for (String group : driver.list()) {
            driver.killAll(group);
        }
        for (Child child : List.copyOf(children)) {
            end(child);
        }
        for (String group : driver.list()) {
            assertEquals(new Removal.Removed(), driver.remove(group));
        }
        driver.removeParentIfEmpty();
        layout.unified().ifPresent(this::assertClean);
        layout.legacy().forEach(this::assertClean);
    }

    private void assertClean(CgroupMount mount) {
        String left = mount.below(parent).toString();
        assertFalse(linux.exists(left), left);
    }
}
