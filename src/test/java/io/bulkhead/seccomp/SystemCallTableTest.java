package io.bulkhead.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bulkhead.seccomp.Machine.Architecture;
import io.bulkhead.spec.Capability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class SystemCallTableTest {
    private static final Pattern NUMBER = Pattern.compile("#define __NR_(\\w+) (\\d+)");

    /** Whatever the headers of this machine's kernel number, the table numbers likewise. */
    @Test
    void numbersAreTheKernels() throws Exception {
        Path header = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
        assumeTrue(Files.exists(header), "SKIPPED: no " + header + " (apt-get install linux-libc-dev)");
        Map<String, Integer> expected = new TreeMap<>();
        for (String line : Files.readAllLines(header)) {
            Matcher matcher = NUMBER.matcher(line);
            if (matcher.matches()) {
                expected.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
            }
        }

        Map<String, Integer> known =
                new TreeMap<>(SystemCallTable.of(Architecture.X86_64).numbers());
        known.keySet().retainAll(expected.keySet());

        assertEquals(expected, known);
    }

    @Test
    void everyLineIsWhole() {
        for (SystemCallTable.Row row : SystemCallTable.rows()) {
            boolean plain = row.rule().equals("+")
                    || row.rule().equals("-")
                    || row.rule().equals("*");
            for (String capability : plain ? new String[0] : row.rule().split(",", -1)) {
                Capability.valueOf(capability);
            }
        }
        assertEquals(64, SystemCallTable.of(Architecture.AARCH64).numbers().get("write"));
    }
}
