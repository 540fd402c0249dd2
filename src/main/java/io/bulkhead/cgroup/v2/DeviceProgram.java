package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.DeviceAccess;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy of devices as a program of the kernel's virtual machine, which is asked at each open(2) and mknod(2) of a device.
 *
 * <p>It is given {@code struct bpf_cgroup_dev_ctx { u32 access_type, major, minor }}, the access in the upper half of the first
 * and the type in the lower, and answers 1 where the device may be used so. An instruction is 64 bits: the code, the two
 * registers, an offset of 16 bits and a constant of 32, from low to high.
 *
 * @see <a href="https://docs.kernel.org/bpf/standardization/instruction-set.html">BPF instruction set</a>
 */
final class DeviceProgram {
    private static final int LOAD_WORD = 0x61;
    private static final int MOVE = 0xbc;
    private static final int MOVE_CONSTANT = 0xb4;
    private static final int AND = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP_UNLESS_CONSTANT = 0x55;
    private static final int JUMP_UNLESS_EQUAL = 0x5d;
    private static final int EXIT = 0x95;

    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int TYPE = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;
    private static final int SCRATCH = 0;

    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;

    private DeviceProgram() {}

    /** The instructions of a program that allows these and denies all else. */
    static long[] of(List<DeviceAccess> allowed) {
        List<Long> program = new ArrayList<>(List.of(
                instruction(LOAD_WORD, TYPE, CONTEXT, 0, 0),
                instruction(MOVE, ACCESS, TYPE, 0, 0),
                instruction(SHIFT_RIGHT, ACCESS, 0, 0, 16),
                instruction(AND, TYPE, 0, 0, 0xffff),
                instruction(LOAD_WORD, MAJOR, CONTEXT, 4, 0),
                instruction(LOAD_WORD, MINOR, CONTEXT, 8, 0)));
        for (DeviceAccess rule : allowed) {
            program.addAll(rule(rule));
        }
        program.add(instruction(MOVE_CONSTANT, RESULT, 0, 0, 0));
        program.add(instruction(EXIT, 0, 0, 0, 0));
        return program.stream().mapToLong(Long::longValue).toArray();
    }

    /** Answers 1 where the rule fits, and goes on behind itself where it doesn't. */
    private static List<Long> rule(DeviceAccess rule) {
        int bits = bits(rule.access());
        boolean some = bits != (MKNOD | READ | WRITE);
        int length = 3
                + (some ? 3 : 0)
                + (rule.major() == DeviceAccess.ANY ? 0 : 1)
                + (rule.minor() == DeviceAccess.ANY ? 0 : 1);
        List<Long> code = new ArrayList<>();
        code.add(unless(TYPE, rule.type() == 'b' ? BLOCK : CHARACTER, length, code.size()));
        if (some) {
            // All that is wanted must be among what is allowed.
            code.add(instruction(MOVE, SCRATCH, ACCESS, 0, 0));
            code.add(instruction(AND, SCRATCH, 0, 0, bits));
            code.add(instruction(JUMP_UNLESS_EQUAL, SCRATCH, ACCESS, length - code.size() - 1, 0));
        }
        if (rule.major() != DeviceAccess.ANY) {
            code.add(unless(MAJOR, rule.major(), length, code.size()));
        }
        if (rule.minor() != DeviceAccess.ANY) {
            code.add(unless(MINOR, rule.minor(), length, code.size()));
        }
        code.add(instruction(MOVE_CONSTANT, RESULT, 0, 0, 1));
        code.add(instruction(EXIT, 0, 0, 0, 0));
        return code;
    }

    private static long unless(int register, int constant, int length, int at) {
        return instruction(JUMP_UNLESS_CONSTANT, register, 0, length - at - 1, constant);
    }

    private static int bits(String access) {
        return (access.contains("m") ? MKNOD : 0)
                | (access.contains("r") ? READ : 0)
                | (access.contains("w") ? WRITE : 0);
    }

    private static long instruction(int code, int destination, int source, int offset, int constant) {
        return code
                | (long) destination << 8
                | (long) source << 12
                | (offset & 0xffffL) << 16
                | (constant & 0xffffffffL) << 32;
    }
}
