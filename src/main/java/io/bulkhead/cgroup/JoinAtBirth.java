package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a process gets into a group in every hierarchy before its first instruction.
 *
 * @param unified the v2 directory to open and to give to {@code clone3} (CLONE_INTO_CGROUP), where there is v2
 * @param procsFiles the v1 {@code cgroup.procs} files the child writes {@code 0} to, itself being meant by that
 */
public record JoinAtBirth(Optional<Path> unified, List<Path> procsFiles) {
    public JoinAtBirth {
        procsFiles = List.copyOf(procsFiles);
    }
}
