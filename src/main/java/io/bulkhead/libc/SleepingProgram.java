package io.bulkhead.libc;

/** An executable that does nothing for ever: a loop around one system call. */
public final class SleepingProgram {
    static final String X86_64 = """
            b822000000                 1:  mov eax, 34                    # pause
            0f05                           syscall
            ebf7                           jmp 1b
            """;
    /** There is no pause(2). */
    static final String AARCH64 = """
            000080d2                   1:  mov x0, #0                     // ppoll(NULL, 0, NULL, NULL, 0)
            010080d2                       mov x1, #0
            020080d2                       mov x2, #0
            030080d2                       mov x3, #0
            040080d2                       mov x4, #0
            280980d2                       mov x8, #73
            010000d4                       svc #0
            f9ffff17                       b 1b
            """;

    private SleepingProgram() {}

    /** For this machine's architecture. */
    public static byte[] elf() {
        return MachineCode.executable(MachineCode.of(Linux.isAarch64() ? AARCH64 : X86_64));
    }
}
