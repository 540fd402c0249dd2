package io.bulkhead.rootfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code /etc/ld.so.cache}: where ldconfig(8) found which library. In the format of glibc 2.2 and later, alone or behind the
 * old one.
 */
final class LibraryCache {
    private static final byte[] MAGIC = "glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 48;
    private static final int ENTRY = 24;

    private final Map<String, List<Path>> libraries = new HashMap<>();

    /** Empty where there is none or it makes no sense: the default directories are searched anyway. */
    static LibraryCache read(Path file) throws IOException {
        LibraryCache cache = new LibraryCache();
        if (Files.isRegularFile(file)) {
            cache.parse(Files.readAllBytes(file));
        }
        return cache;
    }

    private void parse(byte[] bytes) {
        int base = indexOf(bytes);
        if (base < 0 || base + HEADER > bytes.length) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int count = buffer.getInt(base + 20);
        for (int i = 0; i < count && base + HEADER + (long) (i + 1) * ENTRY <= bytes.length; i++) {
            int entry = base + HEADER + i * ENTRY;
            // struct file_entry_new: flags, key, value, osversion, hwcap; offsets count from the header
            String name = string(bytes, base + (long) buffer.getInt(entry + 4));
            String path = string(bytes, base + (long) buffer.getInt(entry + 8));
            if (!name.isEmpty() && path.startsWith("/")) {
                libraries.computeIfAbsent(name, n -> new ArrayList<>()).add(Path.of(path));
            }
        }
    }

    private static int indexOf(byte[] bytes) {
        for (int i = 0; i + MAGIC.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + MAGIC.length, MAGIC, 0, MAGIC.length)) {
                return i;
            }
        }
        return -1;
    }

    private static String string(byte[] bytes, long at) {
        if (at < 0 || at >= bytes.length) {
            return "";
        }
        int end = (int) at;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, (int) at, end - (int) at, StandardCharsets.UTF_8);
    }

    /** Where a library of this name is, whatever machine it is for. */
    List<Path> find(String name) {
        return libraries.getOrDefault(name, List.of());
    }
}
