package io.bulkhead.cgroup.fs;

import java.util.Optional;

/** Groups below one group, and how they are frozen. */
public interface Tree {
    ParentGroup parent();

    /** How a group is frozen here, where it can be. */
    Optional<Freezer> freezer();
}
