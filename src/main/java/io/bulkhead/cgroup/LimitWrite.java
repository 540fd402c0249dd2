package io.bulkhead.cgroup;

import java.nio.file.Path;

/**
 * A file of a group that was, or is to be, written.
 *
 * @param key the key of the specification it stands for: {@code cpu.quota}
 * @param file the kernel's file
 * @param before its content as the kernel shows it
 * @param after its content as the kernel will show it, which may be rounded from what was asked
 */
public record LimitWrite(String key, Path file, String before, String after) {}
