package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * @param throttling by its CPU quota
 * @param throttledMicros how long it had to wait, summed over all CPUs
 */
public record Hardship(
        OptionalLong oomKills,
        OptionalLong memoryPeak,
        OptionalLong memoryMax,
        Optional<Path> memoryGroup,
        OptionalLong forksRefused,
        Throttling throttling,
        OptionalLong throttledMicros) {
    /** {@code 64.0 MiB at most, of 64.0 MiB, in /sys/fs/cgroup/memory/bulkhead/web}: what an OOM kill came from. */
    public String memory() {
        String peak = memoryPeak.isPresent() ? mebibytes(memoryPeak.getAsLong()) + " at most" : "";
        String max = memoryMax.isPresent() ? "of " + mebibytes(memoryMax.getAsLong()) : "of what all groups have";
        String where = memoryGroup.isPresent() ? "in " + memoryGroup.get() : "";
        return (peak + (peak.isEmpty() ? "" : ", ") + max + ", " + where).strip();
    }

    /** All of it that is worth a word, for people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (memoryPeak.isPresent()) {
            lines.add("memory: " + memory());
        }
        if (oomKills.orElse(0) > 0) {
            lines.add("killed by the OOM killer: " + oomKills.getAsLong());
        }
        if (forksRefused.orElse(0) > 0) {
            lines.add("forks refused at pids.max: " + forksRefused.getAsLong());
        }
        if (throttling.throttled() > 0) {
            lines.add(throttling + ", " + throttledMicros.orElse(0) / 1_000 + " ms in all");
        }
        return lines;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.US, "%.1f MiB", bytes / 1048576.0);
    }
}
