package io.bulkhead.libc;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link LaunchRoutine} must not do. */
class LaunchRoutineTest {
    @ParameterizedTest
    @EnumSource(LaunchRoutine.class)
    void theChildUsesNoStack(LaunchRoutine routine) {
        String instructions = Assembler.instructions(routine.listing()).replaceAll("(#|//) .*", "");
        String child = instructions.substring(instructions.indexOf("1:"));

        for (String stackInstruction : List.of("push", "pop", " call", "ret", "[sp", "rsp", "stp", " bl ")) {
            Assertions.assertFalse(child.contains(stackInstruction), stackInstruction);
        }
    }

    @Test
    void thisMachineHasARoutine() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);

        Assertions.assertEquals(arch.equals("aarch64"), Linux.isAarch64());
    }
}
