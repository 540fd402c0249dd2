package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EvidenceTest {
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "'plain text',plain text",
                "'  two\n\tlines\r\n',two lines",
                "'\u001b[31mred\u001b]0;title\u0007',\ufffd[31mred\ufffd]0;title\ufffd",
                "'a\u202eb\u200bc\ue000',a\ufffdb\ufffdc\ufffd",
                "'grün 漢',grün 漢",
                "'\n \n',''",
            })
    void nothingATerminalObeysIsLeft(String said, String shown) {
        assertEquals(shown, Evidence.line(said, 100));
    }

    @Test
    void bytesThatAreNoTextAreReplaced() {
        byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, 'b'};

        assertEquals("a\ufffd\ufffdb", Evidence.line(bytes, bytes.length, 100));
    }

    @Test
    void itIsBounded() {
        assertEquals("x".repeat(10) + "…", Evidence.line("x".repeat(1000), 10));
        assertEquals("x".repeat(10), Evidence.line("x".repeat(10) + "  \n", 10));
        byte[] many = "y".repeat(1000).getBytes(StandardCharsets.UTF_8);
        assertEquals("\"" + "y".repeat(60) + "…\"", Evidence.quoted(many, many.length));
    }
}
