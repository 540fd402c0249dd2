package io.bulkhead.cgroup.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.cgroup.fs.DeviceAccess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs as the kernel would run them, by an interpreter of the few instructions they consist of. */
final class DeviceProgramTest {
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int MKNOD = 1;
    private static final int READ = 2;
    private static final int WRITE = 4;

    @Test
    void everybodyMayUseTheHarmlessOnesAlone() {
        long[] program = DeviceProgram.of(DeviceAccess.EVERYBODYS);

        for (int minor : List.of(3, 5, 7, 8, 9)) {
            assertTrue(allows(program, CHARACTER, READ | WRITE, 1, minor));
        }
        assertTrue(allows(program, CHARACTER, READ, 136, 4711));
        assertEquals(false, allows(program, CHARACTER, READ, 1, 1), "mem");
        assertEquals(false, allows(program, CHARACTER, READ, 1, 11), "kmsg");
        assertEquals(false, allows(program, BLOCK, READ, 1, 3), "a disk of null's numbers");
        assertEquals(false, allows(program, BLOCK, READ, 254, 0));
    }

    @Test
    void anyNodeMayBeMadeButNotOpened() {
        long[] program = DeviceProgram.of(DeviceAccess.EVERYBODYS);

        assertTrue(allows(program, BLOCK, MKNOD, 254, 0));
        assertEquals(false, allows(program, BLOCK, MKNOD | READ, 254, 0));
    }

    @Test
    void allThatIsWantedMustBeAllowedByOneRule() {
        List<DeviceAccess> rules = new ArrayList<>(DeviceAccess.EVERYBODYS);
        rules.add(new DeviceAccess('c', 10, 229, "r"));
        rules.add(new DeviceAccess('b', 8, DeviceAccess.ANY, "rw"));
        long[] program = DeviceProgram.of(rules);

        assertTrue(allows(program, CHARACTER, READ, 10, 229));
        assertEquals(false, allows(program, CHARACTER, WRITE, 10, 229));
        assertEquals(false, allows(program, CHARACTER, READ | WRITE, 10, 229));
        assertTrue(allows(program, BLOCK, READ | WRITE, 8, 17));
        assertEquals(false, allows(program, BLOCK, READ | WRITE | MKNOD, 8, 17));
    }

    private static boolean allows(long[] program, int type, int access, int major, int minor) {
        long[] registers = new long[11];
        int[] context = {access << 16 | type, major, minor};
        for (int at = 0; ; at++) {
            long instruction = program[at];
            int code = (int) (instruction & 0xff);
            int to = (int) (instruction >> 8 & 0xf);
            int from = (int) (instruction >> 12 & 0xf);
            int offset = (short) (instruction >> 16);
            int constant = (int) (instruction >> 32);
            switch (code) {
                case 0x61 -> registers[to] = context[offset / 4] & 0xffffffffL;
                case 0xbc -> registers[to] = registers[from] & 0xffffffffL;
                case 0xb4 -> registers[to] = constant & 0xffffffffL;
                case 0x54 -> registers[to] = registers[to] & constant & 0xffffffffL;
                case 0x74 -> registers[to] = registers[to] >>> constant;
                case 0x55 -> at += registers[to] != constant ? offset : 0;
                case 0x5d -> at += registers[to] != registers[from] ? offset : 0;
                case 0x95 -> {
                    return registers[0] == 1;
                }
                default -> throw new AssertionError("instruction " + Integer.toHexString(code));
            }
        }
    }
}
