package io.bulkhead.cgroup;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.SyscallProgram.Child;
import io.bulkhead.libc.SystemCall;
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
        JoinAtBirth join = driver.join(group);
        SyscallProgram.Builder builder = SyscallProgram.builder(0);
        int fd = -1;
        if (join.unified().isPresent()) {
            fd = linux.open(join.unified().get().toString(), Linux.O_PATH | Linux.O_DIRECTORY);
            builder.intoCgroup(fd);
        }
        builder.call(SystemCall.CLOSE_RANGE, "", 3, 0xffffffffL, 0);
        for (Path tasks : join.tasksFiles()) {
            builder.call(
                    SystemCall.OPENAT,
                    tasks.toString(),
                    Linux.AT_FDCWD,
                    tasks.toString(),
                    Linux.O_WRONLY | Linux.O_CLOEXEC,
                    0);
            builder.call(SystemCall.WRITE, tasks.toString(), 3, "0", 1);
            builder.call(SystemCall.CLOSE, "", 3);
        }
        builder.call(SystemCall.RT_SIGPROCMASK, "", 2, builder.longs(0), 0, 8);
        builder.call(
                SystemCall.EXECVE,
                command[0],
                command[0],
                builder.strings(List.of(command)),
                builder.strings(List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin")));
        try (SyscallProgram program = builder.build()) {
            Child child = program.run(linux);
            children.add(child);
            return child;
        } finally {
            if (fd >= 0) {
                linux.close(fd);
            }
        }
    }

    Child sleep(String group) throws ErrnoException {
        return start(group, "/bin/sleep", "1000");
    }

    /** Waits for the end of a child: its wait status. */
    int end(Child child) {
        int status = await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> linux.waitStatus(child.pidfd()), Optional::isPresent)
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
