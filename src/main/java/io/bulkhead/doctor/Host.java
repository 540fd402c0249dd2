package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import java.util.List;
import java.util.Optional;

/** What can be asked of a host. */
interface Host {
    /** A file's text without the last newline; empty where it cannot be read. */
    Optional<String> read(String path);

    boolean exists(String path);

    /** Whether this user may write to a file, or in a directory. */
    boolean mayWrite(String path);

    /** The names of a directory's subdirectories; none where it cannot be listed. */
    List<String> directories(String path);

    CgroupLayout cgroups();

    /** Whether the kernel knows a system call, which has the same number on every architecture. */
    boolean knows(int systemCall);

    /** Whether the kernel tells how a process ended that was another's child. */
    boolean tellsExits();

    /** What a command prints, without its last newline; empty where there is none such, or it fails. */
    Optional<String> run(String... command);

    /** The machine's, as Java names it: {@code amd64}, {@code aarch64}. */
    String architecture();

    /** The effective user's number. */
    int user();
}
