package io.bulkhead.seccomp;

import io.bulkhead.spec.SeccompProfile.Condition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces of classic BPF. Every piece jumps within itself only, so pieces can be put one behind the other.
 *
 * <p>The data it looks at is the kernel's {@code struct seccomp_data}: the number at 0, the architecture at 4, six arguments of
 * 64 bits from 16 on, little-endian.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/seccomp_filter.html">Seccomp BPF</a>
 */
final class Bpf {
    static final int NUMBER = 0;
    static final int ARCHITECTURE = 4;
    /** The most a jump can skip. */
    static final int LONGEST_JUMP = 255;

    private static final int ARGUMENTS = 16;
    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_GREATER = 0x25;
    private static final int IF_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;
    /** Targets that are only known once the piece is whole. */
    private static final int HOLDS = -1;

    private static final int FAILS = -2;

    private Bpf() {}

    /** {@code struct sock_filter}: what to do, how many instructions to skip if so and if not, an operand. */
    record Instruction(int code, int then, int otherwise, int operand) {}

    static Instruction load(int offset) {
        return new Instruction(LOAD, 0, 0, offset);
    }

    static Instruction giveBack(int value) {
        return new Instruction(RETURN, 0, 0, value);
    }

    static Instruction skip(int instructions) {
        return new Instruction(JUMP, 0, 0, instructions);
    }

    static Instruction ifEqual(int value, int then, int otherwise) {
        return new Instruction(IF_EQUAL, then, otherwise, value);
    }

    static Instruction ifAtLeast(int value, int then, int otherwise) {
        return new Instruction(IF_AT_LEAST, then, otherwise, value);
    }

    /** Returns {@code value} where all conditions hold, and else goes on behind the piece. */
    static List<Instruction> when(List<Condition> conditions, int value) {
        List<Instruction> piece = new ArrayList<>();
        for (Condition condition : conditions) {
            List<Instruction> test = test(condition);
            for (int i = 0; i < test.size(); i++) {
                piece.add(aim(test.get(i), HOLDS, test.size() - 1 - i));
            }
        }
        piece.add(giveBack(value));
        for (int i = 0; i < piece.size(); i++) {
            piece.set(i, aim(piece.get(i), FAILS, piece.size() - 1 - i));
        }
        return piece;
    }

    private static Instruction aim(Instruction i, int target, int distance) {
        return new Instruction(
                i.code,
                i.then == target ? distance : i.then,
                i.otherwise == target ? distance : i.otherwise,
                i.operand);
    }

    /** BPF computes with 32 bits, so every comparison is one of the upper and one of the lower half. */
    private static List<Instruction> test(Condition condition) {
        int low = (int) condition.value();
        int high = (int) (condition.value() >>> 32);
        Instruction loadLow = load(ARGUMENTS + 8 * condition.argument());
        Instruction loadHigh = load(ARGUMENTS + 8 * condition.argument() + 4);
        return switch (condition.operator()) {
            case EQ -> List.of(loadHigh, ifEqual(high, 0, FAILS), loadLow, ifEqual(low, HOLDS, FAILS));
            case NE -> List.of(loadHigh, ifEqual(high, 0, HOLDS), loadLow, ifEqual(low, FAILS, HOLDS));
            case GT -> ordered(loadHigh, loadLow, high, new Instruction(IF_GREATER, HOLDS, FAILS, low), HOLDS, FAILS);
            case GE -> ordered(loadHigh, loadLow, high, new Instruction(IF_AT_LEAST, HOLDS, FAILS, low), HOLDS, FAILS);
            case LE -> ordered(loadHigh, loadLow, high, new Instruction(IF_GREATER, FAILS, HOLDS, low), FAILS, HOLDS);
            case LT -> ordered(loadHigh, loadLow, high, new Instruction(IF_AT_LEAST, FAILS, HOLDS, low), FAILS, HOLDS);
            case MASKED_EQ ->
                List.of(
                        loadHigh,
                        new Instruction(AND, 0, 0, high),
                        ifEqual((int) (condition.second() >>> 32), 0, FAILS),
                        loadLow,
                        new Instruction(AND, 0, 0, low),
                        ifEqual((int) condition.second(), HOLDS, FAILS));
        };
    }

    private static List<Instruction> ordered(
            Instruction loadHigh, Instruction loadLow, int high, Instruction compareLow, int above, int below) {
        return List.of(
                loadHigh, new Instruction(IF_GREATER, above, 0, high), ifEqual(high, 0, below), loadLow, compareLow);
    }

    /** As the kernel reads it. */
    static byte[] bytes(List<Instruction> program) {
        ByteBuffer bytes = ByteBuffer.allocate(program.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : program) {
            bytes.putShort((short) i.code)
                    .put((byte) i.then)
                    .put((byte) i.otherwise)
                    .putInt(i.operand);
        }
        return bytes.array();
    }
}
