package io.bulkhead.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ElfFileTest {
    private static final String INTERPRETER = "/lib/ld.so\0";
    private static final String STRINGS = "\0liba.so\0libb.so.2\0/opt/lib:$ORIGIN/../lib\0";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** A file with an interpreter, two needed libraries and a path to look for them. */
    static byte[] elf(boolean is64, ByteOrder order, int machine, int pathTag) {
        int header = is64 ? 64 : 52;
        int programHeader = is64 ? 56 : 32;
        int interp = header + 3 * programHeader;
        int strings = interp + INTERPRETER.length();
        int dynamic = strings + STRINGS.length();
        int word = is64 ? 8 : 4;
        int size = dynamic + 12 * word;
        ByteBuffer file = ByteBuffer.allocate(size).order(order);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) (is64 ? 2 : 1), (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1)
        });
        file.putShort(18, (short) machine);
        word(file, is64, is64 ? 32 : 28, header);
        file.putShort(is64 ? 54 : 42, (short) programHeader);
        file.putShort(is64 ? 56 : 44, (short) 3);
        segment(file, is64, header, 1, 0, 0x1000, size);
        segment(file, is64, header + programHeader, 3, interp, 0x1000 + interp, INTERPRETER.length());
        segment(file, is64, header + 2 * programHeader, 2, dynamic, 0x1000 + dynamic, 12L * word);
        file.position(interp);
        file.put((INTERPRETER + STRINGS).getBytes(StandardCharsets.US_ASCII));
        long[] entries = {1, 1, 1, 9, pathTag, 19, 5, 0x1000 + strings, 10, STRINGS.length(), 0, 0};
        for (int i = 0; i < entries.length; i++) {
            word(file, is64, dynamic + i * word, entries[i]);
        }
        return file.array();
    }

    private static void word(ByteBuffer file, boolean is64, int at, long value) {
        if (is64) {
            file.putLong(at, value);
        } else {
            file.putInt(at, (int) value);
        }
    }

    private static void segment(ByteBuffer file, boolean is64, int at, int type, long offset, long address, long size) {
        file.putInt(at, type);
        int word = is64 ? 8 : 4;
        int first = at + word;
        word(file, is64, first, offset);
        word(file, is64, first + word, address);
        word(file, is64, first + 3 * word, size);
    }

    private ElfFile read(byte[] content) throws IOException, ElfFile.FormatException {
        return ElfFile.read(Files.write(directory.resolve("file"), content));
    }

    @ParameterizedTest
    @CsvSource({"true, little", "true, big", "false, little", "false, big"})
    void readsWhatTheLoaderReads(boolean is64, String order) throws Exception {
        ByteOrder byteOrder = order.equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;

        ElfFile runpath = read(elf(is64, byteOrder, 62, 29));
        ElfFile rpath = read(elf(is64, byteOrder, 183, 15));

        List<String> path = List.of("/opt/lib", "$ORIGIN/../lib");
        List<String> needed = List.of("liba.so", "libb.so.2");
        assertEquals(new ElfFile(62, is64, Optional.of("/lib/ld.so"), needed, List.of(), path), runpath);
        assertEquals(new ElfFile(183, is64, Optional.of("/lib/ld.so"), needed, path, List.of()), rpath);
    }

    @Test
    void refusesWhatIsCutOffAnywhere() throws Exception {
        byte[] whole = elf(true, ByteOrder.LITTLE_ENDIAN, 62, 29);

        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(ElfFile.FormatException.class, () -> read(part), () -> part.length + " bytes");
        }
    }

    @Test
    void survivesWhateverAHostileFileHolds() throws Exception {
        Random random = new Random(42);
        int understood = 0;

        for (int i = 0; i < 2_000; i++) {
            byte[] file = elf(random.nextBoolean(), ByteOrder.LITTLE_ENDIAN, 62, 29);
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                file[random.nextInt(file.length)] = (byte) random.nextInt(256);
            }
            understood += isUnderstood(file) ? 1 : 0;
        }

        assertTrue(understood > 100 && understood < 2_000, "the mutations must hit something");
    }

    private boolean isUnderstood(byte[] file) throws IOException {
        try {
            read(file);
            return true;
        } catch (ElfFile.FormatException e) {
            return false;
        }
    }

    @Test
    void whatIsNoElfFileIsSaidToBeNone() {
        ElfFile.FormatException refusal = assertThrows(
                ElfFile.FormatException.class,
                () -> read("#!/bin/sh\necho hello, world\n".getBytes(StandardCharsets.UTF_8)));

        assertEquals("not an ELF file", refusal.getMessage());
    }

    @Test
    void readsThisHostsOwnShell() throws Exception {
        ElfFile bash = ElfFile.read(Path.of("/bin/bash").toRealPath());

        assertTrue(Files.exists(Path.of(bash.interpreter().orElseThrow())));
        assertTrue(bash.needed().stream().anyMatch(name -> name.startsWith("libc.so")), bash::toString);
    }
}
