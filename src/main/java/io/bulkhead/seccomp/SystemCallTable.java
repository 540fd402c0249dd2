package io.bulkhead.seccomp;

import io.bulkhead.seccomp.Machine.Architecture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The system calls of an architecture by name.
 *
 * @param numbers of those that the architecture has
 * @param highest of all numbers: what lies above came to the kernel after this table was made
 */
record SystemCallTable(Map<String, Integer> numbers, int highest) {
    private static final List<Row> ROWS = read();

    /** A line of the table: a call and what the default profile does with it. */
    record Row(String name, String x86, String arm, String rule) {}

    static List<Row> rows() {
        return ROWS;
    }

    static SystemCallTable of(Architecture architecture) {
        Map<String, Integer> numbers = new HashMap<>();
        int highest = 0;
        for (Row row : ROWS) {
            String number = architecture == Architecture.X86_64 ? row.x86 : row.arm;
            if (!number.equals("-")) {
                int parsed = Integer.parseInt(number);
                numbers.put(row.name, parsed);
                highest = Math.max(highest, parsed);
            }
        }
        return new SystemCallTable(numbers, highest);
    }

    private static List<Row> read() {
        List<Row> rows = new ArrayList<>(400);
        try (InputStream in = SystemCallTable.class.getResourceAsStream("system-calls");
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(java.util.Objects.requireNonNull(in), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] words = line.split(" ", -1);
                    rows.add(new Row(words[0], words[1], words[2], words[3]));
                }
            }
            return List.copyOf(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
