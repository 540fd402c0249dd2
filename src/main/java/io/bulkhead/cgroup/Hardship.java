package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a group has come up against since it was made; empty where the kernel doesn't count.
 *
 * @param oomKills how often the OOM killer acted in it
 * @param memoryPeak the most bytes it ever held
 * @param memoryMax the bytes it may hold
 * @param memoryGroup its directory in the hierarchy of the memory controller
 * @param forksRefused how often a fork failed at its, or an ancestor's, {@code pids.max}
 * @param periods of CPU bandwidth in which it wanted to run
 * @param periodsThrottled those in which it had to wait
 * @param throttledMicros how long it had to wait, summed over all CPUs
 */
public record Hardship(
        OptionalLong oomKills,
        OptionalLong memoryPeak,
        OptionalLong memoryMax,
        Optional<Path> memoryGroup,
        OptionalLong forksRefused,
        OptionalLong periods,
        OptionalLong periodsThrottled,
        OptionalLong throttledMicros) {
    /** {@code 64.0 MiB at most, of 64.0 MiB, in /sys/fs/cgroup/memory/bulkhead/web}: what an OOM kill came from. */
    public String memory() {
        String peak = memoryPeak.isPresent() ? mebibytes(memoryPeak.getAsLong()) + " at most" : "";
        String max = memoryMax.isPresent() ? "of " + mebibytes(memoryMax.getAsLong()) : "of what all groups have";
        String where = memoryGroup.isPresent() ? "in " + memoryGroup.get() : "";
        return (peak + (peak.isEmpty() ? "" : ", ") + max + ", " + where).strip();
    }

    /** The share of its periods in which it had to wait for the next: 0 to 1. */
    public double throttledShare() {
        return periods.orElse(0) == 0 ? 0 : (double) periodsThrottled.orElse(0) / periods.orElse(1);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
