package io.bulkhead.cgroup.fs;

import io.bulkhead.libc.ErrnoException;
import java.util.List;
import java.util.Set;

/**
 * The sizes of huge pages, as the kernel names them in its files: {@code 2MB}.
 *
 * @param sizes those of this host
 * @param base bytes of an ordinary page
 */
public record HugePages(List<String> sizes, long base) {
    public HugePages {
        sizes = List.copyOf(sizes);
    }

    /** The bytes of {@code 64KB}, {@code 2MB} or {@code 1GB}. */
    public static long bytes(String size) {
        long number = Long.parseLong(size.substring(0, size.length() - 2));
        int shift = "KMG".indexOf(size.charAt(size.length() - 2));
        return number << (10 * (shift + 1));
    }

    /** The name of a size of so many KiB, as {@code /sys/kernel/mm/hugepages/hugepages-2048kB} has it. */
    public static String name(long kibibytes) {
        if (kibibytes >= 1 << 20) {
            return (kibibytes >> 20) + "GB";
        }
        return kibibytes >= 1 << 10 ? (kibibytes >> 10) + "MB" : kibibytes + "KB";
    }

    /**
     * Fails where this host lacks one of these sizes.
     *
     * @throws ErrnoException ENOENT
     */
    public void require(Set<String> wanted) throws ErrnoException {
        for (String size : wanted) {
            if (!sizes.contains(size)) {
                String has = sizes.isEmpty() ? "none" : String.join(", ", sizes);
                throw new ErrnoException(
                        "limit huge pages of " + size + " (this host has " + has + ")", ErrnoException.ENOENT);
            }
        }
    }
}
