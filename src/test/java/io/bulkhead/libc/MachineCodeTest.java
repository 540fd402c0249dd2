package io.bulkhead.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The listings say what their bytes do. */
class MachineCodeTest {
    private record Listing(String name, boolean aarch64, String text) {
        @Override
        public String toString() {
            return name + (aarch64 ? " aarch64" : " x86-64");
        }
    }

    static Stream<Listing> listings() {
        return Stream.of(
                new Listing("launch", false, LaunchRoutine.X86_64.listing()),
                new Listing("launch", true, LaunchRoutine.AARCH64.listing()),
                new Listing("image", false, ImageRoutine.X86_64.listing()),
                new Listing("image", true, ImageRoutine.AARCH64.listing()),
                new Listing("sleep", false, SleepingProgram.X86_64),
                new Listing("sleep", true, SleepingProgram.AARCH64));
    }

    @ParameterizedTest
    @MethodSource("listings")
    void bytesAreWhatBinutilsMakesOfTheListing(Listing listing, @TempDir Path directory) throws Exception {
        byte[] assembled = Assembler.of(listing.aarch64, directory).assemble(listing.text);

        byte[] code = MachineCode.of(listing.text);
        Assertions.assertArrayEquals(assembled, Arrays.copyOf(code, assembled.length));
        // The assembler may pad the section's end.
        Assertions.assertTrue(code.length <= assembled.length && assembled.length - code.length < 16);
    }

    @Test
    void anImageHasItsTableWhereItsCodeLooksForIt() {
        byte[] elf = SyscallProgram.builder(0)
                .call(SystemCall.CLOSE, "", 7)
                .call(SystemCall.EXECVE, "/bin/x", "/bin/x", 0, 0)
                .image()
                .elf();

        ByteBuffer image = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        Assertions.assertEquals(SystemCall.CLOSE.number(), image.getLong(0x400));
        Assertions.assertEquals(7, image.getLong(0x408));
        Assertions.assertEquals(SystemCall.EXECVE.number(), image.getLong(0x440));
        int path = (int) (image.getLong(0x448) - MachineCode.ADDRESS);
        Assertions.assertEquals("/bin/x\0", new String(elf, path, 7, java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Test
    void aReportNamesTheStepThatFailed() {
        ProgramImage image = SyscallProgram.builder(0)
                .call(SystemCall.CHDIR, "/x", "/x")
                .call(SystemCall.EXECVE, "/bin/x", "/bin/x", 0, 0)
                .image();
        ByteBuffer bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(4711).putLong(0).putLong(MachineCode.ADDRESS + 0x440).putLong(-ErrnoException.ENOENT);

        ProgramImage.Report report = image.report(bytes.array());

        Assertions.assertEquals(4711, report.child().orElseThrow());
        Assertions.assertEquals(
                List.of("execve /bin/x", ErrnoException.ENOENT),
                report.failure()
                        .map(e -> List.<Object>of(e.operation(), e.errno()))
                        .orElseThrow());
    }
}
