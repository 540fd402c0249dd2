package io.bulkhead.spec;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much memory a service may hold, in bytes.
 *
 * @param max what its groups may hold before the OOM killer acts, at least one page; {@code memory.max} (v2) or {@code
 *     memory.limit_in_bytes} (v1)
 * @param high from where on it is slowed down and reclaimed from, without a kill; {@code memory.high}, v2 alone
 * @param low what is left to it while others have something to reclaim; {@code memory.low} (v2) or {@code
 *     memory.soft_limit_in_bytes} (v1)
 * @param swap what it may have swapped out beyond that; {@link Long#MAX_VALUE}: any amount; empty: nothing where there is a
 *     {@code max}; {@code memory.swap.max} (v2), together with {@code max} {@code memory.memsw.limit_in_bytes} (v1)
 * @param oomGroup whether the OOM killer takes all of its processes together; {@code memory.oom.group}, v2 alone
 */
public record MemoryLimits(
        OptionalLong max, OptionalLong high, OptionalLong low, OptionalLong swap, Optional<Boolean> oomGroup) {
    public static final MemoryLimits NONE = new MemoryLimits(
            OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), Optional.empty());

    public MemoryLimits {
        if (max.isPresent() && max.getAsLong() < 4096) {
            throw new IllegalArgumentException("memory.max " + max.getAsLong() + " is below one page");
        }
    }

    /** A limit alone. */
    public static MemoryLimits of(long max) {
        return new MemoryLimits(
                OptionalLong.of(max),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty());
    }
}
