package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.List;
import java.util.Optional;

/** One mounted tree of groups, with our parent group in it. */
public interface Hierarchy {
    ParentGroup parent();

    /** Makes the group, with all above it, and prepares it for its first process. Idempotent. */
    void create(String group) throws ErrnoException;

    /** The controllers that limit {@code group} through this hierarchy; the group must exist. */
    List<Controller> controllers(String group) throws ErrnoException;

    /** How a group is frozen here, where it can be. */
    Optional<Freezer> freezer();
}
