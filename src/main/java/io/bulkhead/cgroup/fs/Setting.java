package io.bulkhead.cgroup.fs;

/**
 * What one file of a group is to hold.
 *
 * @param key the key of the specification it comes from: {@code cpu.quota}
 * @param file the kernel's name: {@code cpu.cfs_quota_us}
 * @param content what is written
 * @param readBack what the kernel shows once it is written: it rounds and clamps, so this may differ from the content
 * @param optional whether a host may lack the file (swap accounting can be compiled or switched off)
 */
public record Setting(String key, String file, String content, String readBack, boolean optional) {
    /** A setting that reads back as it was written. */
    public static Setting of(String key, String file, String content) {
        return new Setting(key, file, content, content, false);
    }
}
