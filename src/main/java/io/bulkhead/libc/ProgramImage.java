package io.bulkhead.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A program of system calls as an executable of its own, which needs nothing of the daemon's memory: where several processes
 * come of it, or where somebody is near who must not see that memory.
 *
 * <p>Its first step should make descriptor 3, by which it reports, close-on-exec: that the pipe ends without a failure having
 * been reported is how its last step, an {@code execve}, is known to have been made.
 */
public final class ProgramImage {
    /** Of the report's pipe, in the process that becomes the image. */
    public static final int REPORT = 3;

    /** What an init of ours is called, as a process and as a file. */
    public static final String INIT = "bulkhead-init";

    /** Where the table stands; {@link ImageRoutine} has it in its first instruction. */
    private static final int TABLE = 0x400;

    private static final int RECORD = 16;

    private final byte[] elf;
    private final List<String> steps;

    private ProgramImage(byte[] elf, List<String> steps) {
        this.elf = elf;
        this.steps = steps;
    }

    /** The image of a builder's steps; namespaces are nothing it could make. */
    static ProgramImage of(SyscallProgram.Builder program) {
        ImageRoutine routine = Linux.isAarch64() ? ImageRoutine.AARCH64 : ImageRoutine.X86_64;
        byte[] table = program.layOut(MachineCode.ADDRESS + TABLE);
        return new ProgramImage(
                MachineCode.executable(MachineCode.of(routine.listing()), TABLE, table), program.steps());
    }

    /** The executable, elf(5). */
    public byte[] elf() {
        return elf.clone();
    }

    /** What an image has reported. */
    public record Report(OptionalInt child, Optional<ErrnoException> failure) {}

    /** Reads what came out of the pipe, all of it. */
    public Report report(byte[] bytes) {
        ByteBuffer records = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        OptionalInt child = OptionalInt.empty();
        Optional<ErrnoException> failure = Optional.empty();
        while (records.remaining() >= RECORD) {
            long first = records.getLong();
            long second = records.getLong();
            if (second == 0) {
                child = OptionalInt.of((int) first);
            } else {
                int index = (int) (first - MachineCode.ADDRESS - TABLE) / SyscallProgram.ENTRY_SIZE;
                failure = Optional.of(new ErrnoException(steps.get(index), (int) -second));
            }
        }
        return new Report(child, failure);
    }
}
