package io.bulkhead.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** An executable that does nothing for ever, elf(5): a header, a segment, and a loop around one system call. */
public final class SleepingProgram {
    private static final long ADDRESS = 0x400000;
    private static final int HEADERS = 64 + 56;

    private SleepingProgram() {}

    /** For this machine's architecture. */
    public static byte[] elf() {
        boolean arm = Linux.isAarch64();
        // pause(2); aarch64 has none: ppoll(NULL, 0, NULL, NULL, 0)
        byte[] code = HexFormat.of()
                .parseHex(
                        arm
                                ? "000080d2" // mov x0, #0
                                        + "010080d2" // mov x1, #0
                                        + "020080d2" // mov x2, #0
                                        + "030080d2" // mov x3, #0
                                        + "040080d2" // mov x4, #0
                                        + "280980d2" // mov x8, #73
                                        + "010000d4" // svc #0
                                        + "f9ffff17" // b .-28
                                : "b822000000" // mov eax, 34
                                        + "0f05" // syscall
                                        + "ebf7"); // jmp .-7
        int size = HEADERS + code.length;
        ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // 64 bits, little endian
        elf.putShort((short) 2).putShort((short) (arm ? 183 : 62)).putInt(1); // ET_EXEC, EM_AARCH64 or EM_X86_64
        elf.putLong(ADDRESS + HEADERS)
                .putLong(64)
                .putLong(0)
                .putInt(0); // entry, program headers, no sections, no flags
        elf.putShort((short) 64).putShort((short) 56).putShort((short) 1); // one program header
        elf.putShort((short) 64).putShort((short) 0).putShort((short) 0); // no sections
        elf.putInt(1).putInt(5).putLong(0); // PT_LOAD, to be read and executed, from the file's first byte
        elf.putLong(ADDRESS).putLong(ADDRESS).putLong(size).putLong(size).putLong(0x10000);
        elf.put(code);
        return elf.array();
    }
}
