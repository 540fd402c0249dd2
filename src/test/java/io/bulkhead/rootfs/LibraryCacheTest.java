package io.bulkhead.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LibraryCacheTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** The new format, behind {@code prefix} bytes of the old one: each name with a path. */
    private static byte[] cache(int prefix, String... namesAndPaths) {
        int entries = namesAndPaths.length / 2;
        StringBuilder strings = new StringBuilder();
        ByteBuffer file = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        file.position(prefix);
        file.put("glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII));
        file.putInt(entries);
        int pool = 48 + entries * 24;
        for (int i = 0; i < entries; i++) {
            int entry = prefix + 48 + i * 24;
            file.putInt(entry + 4, pool + strings.length());
            strings.append(namesAndPaths[2 * i]).append('\0');
            file.putInt(entry + 8, pool + strings.length());
            strings.append(namesAndPaths[2 * i + 1]).append('\0');
        }
        file.position(prefix + pool);
        file.put(strings.toString().getBytes(StandardCharsets.US_ASCII));
        return Arrays.copyOf(file.array(), file.position());
    }

    private LibraryCache read(byte[] content) throws IOException {
        return LibraryCache.read(Files.write(directory.resolve("ld.so.cache"), content));
    }

    @Test
    void findsEveryPlaceOfAName() throws IOException {
        byte[] content =
                cache(0, "liba.so.1", "/usr/lib/liba.so.1", "libb.so", "/lib/libb.so", "liba.so.1", "/lib32/liba.so.1");

        LibraryCache cache = read(content);

        assertEquals(List.of(Path.of("/usr/lib/liba.so.1"), Path.of("/lib32/liba.so.1")), cache.find("liba.so.1"));
        assertEquals(List.of(Path.of("/lib/libb.so")), cache.find("libb.so"));
        assertEquals(List.of(), cache.find("libc.so"));
    }

    @Test
    void readsTheNewFormatBehindTheOldOne() throws IOException {
        assertEquals(List.of(Path.of("/lib/a")), read(cache(100, "a", "/lib/a")).find("a"));
    }

    @Test
    void aDamagedCacheIsAnEmptyOne() throws IOException {
        byte[] whole = cache(0, "liba.so.1", "/usr/lib/liba.so.1", "libb.so", "/lib/libb.so");
        Random random = new Random(7);

        for (int length = 0; length < whole.length; length++) {
            assertNotNull(read(Arrays.copyOf(whole, length)));
        }
        for (int i = 0; i < 500; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            assertNotNull(read(damaged));
        }
        assertEquals(List.of(), LibraryCache.read(directory.resolve("nosuch")).find("a"));
    }
}
