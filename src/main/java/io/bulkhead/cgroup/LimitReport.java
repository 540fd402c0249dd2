package io.bulkhead.cgroup;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What became of one limit.
 *
 * @param key of the specification: {@code memory.max}
 * @param file the kernel's file; the group's directory for what is no file
 * @param asked what is to stand in it, as it is written
 * @param written what stands in it, as the kernel shows it
 * @param effective what holds for the group's processes
 * @param limitedBy the group above that allows no more than that, where one does
 */
public record LimitReport(
        String key, Path file, String asked, String written, String effective, Optional<Path> limitedBy) {
    /** {@code memory.max asked 256 MiB written … effective …} as a line. */
    @Override
    public String toString() {
        String by = limitedBy.isPresent() ? " (by " + limitedBy.get() + ")" : "";
        return key + ": asked " + asked + ", written " + written + ", effective " + effective + by;
    }
}
