package io.bulkhead.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bulkhead.health.HttpHead.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpHeadTest {
    private static OptionalInt take(HttpHead head, String text) throws MalformedException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return head.take(bytes, bytes.length);
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\r\n', 200",
        "'HTTP/1.0 404\n', 404",
        "'HTTP/1.1 503 \r\nServer: x\r\n\r\n', 503",
        "'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n', 200",
        "'HTTP/1.1 101 Switching Protocols\r\n', 101"
    })
    void theStatusIsFound(String text, int status) throws MalformedException {
        assertEquals(OptionalInt.of(status), take(new HttpHead(), text));
    }

    @Test
    void itMayComeByteByByte() throws MalformedException {
        HttpHead head = new HttpHead();
        String text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r";
        for (int i = 0; i < text.length(); i++) {
            assertEquals(OptionalInt.empty(), take(head, text.substring(i, i + 1)));
        }

        assertEquals(OptionalInt.of(204), take(head, "\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.6\r\n",
                "HTTP/1.1 20 OK\n",
                "HTTP/1.1 2000\n",
                "HTTP/2 200\n",
                "\n",
                "http/1.1 200\n"
            })
    void whatIsNotHttpIsSaid(String text) {
        MalformedException e = assertThrows(MalformedException.class, () -> take(new HttpHead(), text));

        assertEquals("answered what is not HTTP: \"" + text.strip() + "\"", e.getMessage());
    }

    @Test
    void aLineWithoutEndIsNotReadForEver() {
        assertThrows(MalformedException.class, () -> take(new HttpHead(), "HTTP/1.1 200 " + "x".repeat(1024)));
    }

    @Test
    void interimAnswersWithoutEndAreNotReadForEver() {
        String interim = "HTTP/1.1 100 Continue\r\nX: " + "x".repeat(2000) + "\r\n\r\n";

        MalformedException e = assertThrows(MalformedException.class, () -> take(new HttpHead(), interim.repeat(40)));
        assertEquals("more than 65536 bytes of interim answers", e.getMessage());
    }
}
