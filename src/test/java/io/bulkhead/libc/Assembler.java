package io.bulkhead.libc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** binutils' view of a listing. */
final class Assembler {
    private final String tools;
    private final String header;
    private final Path directory;

    private Assembler(String tools, String header, Path directory) {
        this.tools = tools;
        this.header = header;
        this.directory = directory;
    }

    /** Skips the test where there is none for that architecture; fails it where it has to run. */
    static Assembler of(boolean aarch64, Path directory) {
        String tools = aarch64 ? "aarch64-linux-gnu-" : "x86_64-linux-gnu-";
        if (!Files.isExecutable(Path.of("/usr/bin", tools + "as"))) {
            String reason = tools + "as is not installed";
            Assertions.assertNotEquals("required", System.getProperty("kernel.tests", "auto"), reason);
            System.out.println("SKIPPED: " + reason);
            Assumptions.abort(reason);
        }
        return new Assembler(tools, aarch64 ? "" : ".intel_syntax noprefix\n", directory);
    }

    /** The instructions of a listing, without the bytes that are said to be theirs. */
    static String instructions(String listing) {
        StringBuilder text = new StringBuilder();
        for (String line : listing.lines().toList()) {
            text.append(line.substring(line.indexOf(' '))).append('\n');
        }
        return text.toString();
    }

    /** The bytes; ELF section headers would take a reader, so those of .text come out by objcopy. */
    byte[] assemble(String listing) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("routine.s"), header + instructions(listing));
        run(tools + "as", "-o", "routine.o", "routine.s");
        run(tools + "objcopy", "-O", "binary", "-j", ".text", "routine.o", "routine.bin");
        return Files.readAllBytes(directory.resolve("routine.bin"));
    }

    private void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        Assertions.assertEquals(0, process.waitFor(), output);
    }
}
