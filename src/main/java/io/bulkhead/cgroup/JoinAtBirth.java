package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a process gets into a group in every hierarchy before its first instruction.
 *
 * <p>By {@code tasks}, not {@code cgroup.procs}, on v1: a thread that moves itself alone, and such a child is a single
 * thread, is spared the kernel's lock on all forks of the host, whose taking can cost 20 ms.
 *
 * @param unified the v2 directory to open and to give to {@code clone3} (CLONE_INTO_CGROUP), where there is v2
 * @param tasksFiles the v1 {@code tasks} files the child writes {@code 0} to, itself being meant by that
 */
public record JoinAtBirth(Optional<Path> unified, List<Path> tasksFiles) {
    public JoinAtBirth {
        tasksFiles = List.copyOf(tasksFiles);
    }
}
