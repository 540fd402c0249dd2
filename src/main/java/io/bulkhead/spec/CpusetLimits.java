package io.bulkhead.spec;

import java.util.Optional;

/**
 * Where a service may run; an empty one is wherever its parent group may.
 *
 * @param cpus {@code cpuset.cpus}
 * @param mems memory nodes, {@code cpuset.mems}
 */
public record CpusetLimits(Optional<IndexSet> cpus, Optional<IndexSet> mems) {
    public static final CpusetLimits NONE = new CpusetLimits(Optional.empty(), Optional.empty());
}
