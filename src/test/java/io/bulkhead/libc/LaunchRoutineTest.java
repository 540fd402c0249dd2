package io.bulkhead.libc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The listings of {@link LaunchRoutine} say what their bytes do. */
class LaunchRoutineTest {
    /** ELF section headers would take a reader; the bytes of .text come out by objcopy. */
    @ParameterizedTest
    @EnumSource(LaunchRoutine.class)
    void bytesAreWhatBinutilsMakesOfTheListing(LaunchRoutine routine, @TempDir Path directory) throws Exception {
        String tools = routine == LaunchRoutine.AARCH64 ? "aarch64-linux-gnu-" : "x86_64-linux-gnu-";
        Assumptions.assumeTrue(isInstalled(tools + "as"), () -> skipped(tools + "as is not installed"));
        String header = routine == LaunchRoutine.AARCH64 ? "" : ".intel_syntax noprefix\n";
        Path source = directory.resolve("routine.s");
        Files.writeString(source, header + instructions(routine));

        run(directory, tools + "as", "-o", "routine.o", "routine.s");
        run(directory, tools + "objcopy", "-O", "binary", "-j", ".text", "routine.o", "routine.bin");

        byte[] assembled = Files.readAllBytes(directory.resolve("routine.bin"));
        Assertions.assertArrayEquals(assembled, Arrays.copyOf(routine.code(), assembled.length));
        // The assembler may pad the section's end.
        Assertions.assertTrue(
                routine.code().length <= assembled.length && assembled.length - routine.code().length < 16);
    }

    @ParameterizedTest
    @EnumSource(LaunchRoutine.class)
    void theChildUsesNoStack(LaunchRoutine routine) {
        String instructions = instructions(routine).replaceAll("(#|//) .*", "");
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

    private static String instructions(LaunchRoutine routine) {
        StringBuilder text = new StringBuilder();
        for (String line : routine.listing().lines().toList()) {
            text.append(line.substring(line.indexOf(' '))).append('\n');
        }
        return text.toString();
    }

    private static boolean isInstalled(String tool) {
        return Files.isExecutable(Path.of("/usr/bin", tool));
    }

    private static String skipped(String reason) {
        if (System.getProperty("kernel.tests", "auto").equals("required")) {
            throw new AssertionError(reason);
        }
        System.out.println("SKIPPED LaunchRoutineTest: " + reason);
        return reason;
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        Assertions.assertEquals(0, process.waitFor(), output);
    }
}
