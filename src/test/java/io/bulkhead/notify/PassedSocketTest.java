package io.bulkhead.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PassedSocketTest {
    private static final String OWN = Long.toString(ProcessHandle.current().pid());

    @Test
    void thereIsNoneUnlessItIsForThisProcess() throws Exception {
        assertEquals(Optional.empty(), PassedSocket.take(Map.of()));
        assertEquals(Optional.empty(), PassedSocket.take(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "x"})
    void refusesAllButOne(String count) {
        IOException e = assertThrows(
                IOException.class, () -> PassedSocket.take(Map.of("LISTEN_PID", OWN, "LISTEN_FDS", count)));

        assertTrue(String.valueOf(e.getMessage()).startsWith("systemd passed " + count + " sockets"), e::toString);
    }
}
