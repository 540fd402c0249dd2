package io.bulkhead.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a filter as the kernel would, and fails on what the kernel would refuse. */
record SocketFilter(ByteBuffer code) {
    static SocketFilter of(byte[] bytes) {
        return new SocketFilter(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    int run(int architecture, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        int accumulator = 0;
        int at = 0;
        while (true) {
            int then = code.get(at * 8 + 2) & 0xff;
            int otherwise = code.get(at * 8 + 3) & 0xff;
            int operand = code.getInt(at * 8 + 4);
            int order = Integer.compareUnsigned(accumulator, operand);
            switch (code.getShort(at * 8)) {
                case 0x20 -> accumulator = data.getInt(operand);
                case 0x54 -> accumulator &= operand;
                case 0x05 -> at += operand;
                case 0x15 -> at += order == 0 ? then : otherwise;
                case 0x25 -> at += order > 0 ? then : otherwise;
                case 0x35 -> at += order >= 0 ? then : otherwise;
                case 0x06 -> {
                    return operand;
                }
                default -> throw new AssertionError("no such instruction: " + code.getShort(at * 8));
            }
            at++;
        }
    }
}
