package io.bulkhead.libc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** Machine code as a listing states it, and as an executable, elf(5). */
final class MachineCode {
    /** Where an executable's first byte comes to lie. */
    static final long ADDRESS = 0x400000;

    private static final int FILE_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    /** Where the code begins in an executable. */
    private static final int HEADERS = FILE_HEADER + 2 * PROGRAM_HEADER;

    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int READ_EXECUTE = 5;
    private static final int READ_WRITE = 6;

    private MachineCode() {}

    /** The bytes at the beginnings of the lines. */
    static byte[] of(String listing) {
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        for (String line : listing.lines().toList()) {
            code.writeBytes(HexFormat.of().parseHex(line.substring(0, line.indexOf(' '))));
        }
        return code.toByteArray();
    }

    /** An executable of this machine's that begins with the first byte of {@code code} and writes nowhere but its stack. */
    static byte[] executable(byte[] code) {
        return executable(code, HEADERS + code.length, new byte[0]);
    }

    /** @param rest what stands at {@code at} bytes from the beginning, behind the code */
    static byte[] executable(byte[] code, int at, byte[] rest) {
        int size = at + rest.length;
        ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // 64 bits, little endian
        elf.putShort((short) 2).putShort((short) (Linux.isAarch64() ? 183 : 62)).putInt(1); // ET_EXEC, the machine
        elf.putLong(ADDRESS + HEADERS).putLong(FILE_HEADER).putLong(0).putInt(0); // entry, program headers, no sections
        elf.putShort((short) FILE_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 2);
        elf.putShort((short) 64).putShort((short) 0).putShort((short) 0); // no sections
        segment(elf, PT_LOAD, READ_EXECUTE, ADDRESS, size, 0x10000);
        segment(elf, PT_GNU_STACK, READ_WRITE, 0, 0, 16); // else older kernels make the stack executable
        elf.put(code).position(at).put(rest);
        return elf.array();
    }

    private static void segment(ByteBuffer elf, int type, int access, long address, int size, int alignment) {
        elf.putInt(type).putInt(access).putLong(0);
        elf.putLong(address).putLong(address).putLong(size).putLong(size).putLong(alignment);
    }
}
