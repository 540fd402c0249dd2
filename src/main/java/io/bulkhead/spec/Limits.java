package io.bulkhead.spec;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Every resource limit of a service. An empty one is unlimited, and is written as such, so that a limit that leaves the
 * configuration leaves the kernel too.
 *
 * @param cpu CPU bandwidth
 * @param memoryMaxBytes bytes the group's memory may hold before the OOM killer acts, at least one page;
 *     {@code memory.max} (v2) or {@code memory.limit_in_bytes} (v1)
 * @param pidsMax tasks the group may hold, 1 or more; {@code pids.max} in both versions
 */
public record Limits(Optional<CpuLimit> cpu, OptionalLong memoryMaxBytes, OptionalLong pidsMax) {
    /** No limit at all. */
    public static final Limits NONE = new Limits(Optional.empty(), OptionalLong.empty(), OptionalLong.empty());

    public Limits {
        if (memoryMaxBytes.isPresent() && memoryMaxBytes.getAsLong() < 4096) {
            throw new IllegalArgumentException("memory.max " + memoryMaxBytes.getAsLong() + " is below one page");
        }
        if (pidsMax.isPresent() && pidsMax.getAsLong() < 1) {
            throw new IllegalArgumentException("pids.max " + pidsMax.getAsLong() + " is below 1");
        }
    }
}
