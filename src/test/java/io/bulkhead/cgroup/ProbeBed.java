package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram.Child;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A driver on one version's hierarchies, with a parent group of its own, and the means to measure what its groups do. */
final class ProbeBed implements AutoCloseable {
    /** What uses a CPU up, for the shell. */
    static final String BUSY = "while :; do :; done";

    final Linux linux = Linux.get();
    final int version;
    final CgroupDriver driver;
    private final List<Child> children = new ArrayList<>();

    ProbeBed(int version, CgroupLayout layout) throws ErrnoException {
        this.version = version;
        String parent = "/bulkhead-table-" + ProcessHandle.current().pid();
        this.driver = CgroupDrivers.open(linux, layout, Optional.of(parent), Map.of());
        driver.create("first");
        // Whatever else the host does must not be taken for our limits. On a single CPU it would be ourselves.
        if (Runtime.getRuntime().availableProcessors() > 1) {
            boost("cpu.shares", "262144");
            boost("cpu.weight", "10000");
        }
        driver.remove("first");
    }

    private void boost(String name, String most) throws ErrnoException {
        Optional<Path> file = file("first", name);
        if (file.isPresent()) {
            write(file.get().resolve("../..").normalize().resolve(name), most);
        }
    }

    Child start(String group, String... command) throws ErrnoException {
        Child child = GroupProcess.start(linux, driver.join(group), command);
        children.add(child);
        return child;
    }

    Child shell(String group, String script) throws ErrnoException {
        return start(group, "/bin/sh", "-c", script);
    }

    /** The wait status of a child that ends; -1 where it doesn't. */
    int end(Child child, Duration patience) throws ErrnoException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<Integer> status = linux.processes().waitStatus(child.pidfd());
            if (status.isPresent()) {
                children.remove(child);
                linux.close(child.pidfd());
                return status.get();
            }
            pause(0.01);
        }
        return -1;
    }

    static void pause(double seconds) {
        long deadline = System.nanoTime() + (long) (seconds * 1e9);
        for (long left = deadline - System.nanoTime(); left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    Optional<Path> file(String group, String name) {
        JoinAtBirth join = driver.join(group);
        List<Path> directories = new ArrayList<>();
        join.unified().ifPresent(directories::add);
        join.tasksFiles().forEach(tasks -> directories.add(tasks.resolveSibling("")));
        return directories.stream()
                .map(directory -> directory.resolve(name))
                .filter(file -> linux.exists(file.toString()))
                .findFirst();
    }

    String read(String group, String name) throws ErrnoException {
        Optional<Path> file = file(group, name);
        return file.isPresent() ? linux.readFile(file.get().toString()).strip() : "";
    }

    void write(Path file, String content) throws ErrnoException {
        linux.writeFile(file.toString(), content);
    }

    long counter(String group, String file, String key) throws ErrnoException {
        return FlatKeyed.value(read(group, file), key).orElse(0);
    }

    /** CPU time the group has used, in seconds. */
    double cpuSeconds(String group) throws ErrnoException {
        String nanos = read(group, "cpuacct.usage");
        return nanos.isEmpty() ? counter(group, "cpu.stat", "usage_usec") / 1e6 : Long.parseLong(nanos) / 1e9;
    }

    /** CPUs the group uses, over so many seconds. */
    double cpus(String group, double seconds) throws ErrnoException {
        double used = cpuSeconds(group);
        long begin = System.nanoTime();
        pause(seconds);
        double now = cpuSeconds(group);
        return (now - used) / ((System.nanoTime() - begin) / 1e9);
    }

    /** Ends whatever runs in the group. */
    void kill(String group) throws ErrnoException {
        driver.thaw(group);
        driver.killAll(group);
        for (Child child : List.copyOf(children)) {
            end(child, Duration.ofMillis(driver.processes(group).contains(child.pid()) ? 5000 : 1));
        }
        for (int i = 0; i < 500 && driver.populated(group); i++) {
            pause(0.01);
        }
    }

    @Override
    public void close() throws ErrnoException {
        for (String group : driver.list()) {
            kill(group);
            driver.remove(group);
        }
        driver.removeParentIfEmpty();
    }
}
