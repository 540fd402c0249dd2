package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
    private static IpAddress of(String text) {
        return IpAddress.of(text).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.3.5, 10.0.3.5",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "FD00:0:0::5, fd00::5",
        "fe80::, fe80::",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4"
    })
    void isWrittenInOneWay(String text, String canonical) {
        assertEquals(canonical, of(text).toString());
        assertEquals(of(text), of(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.1",
                "10.0.0.256",
                "10.0.0.1.",
                "010.0.0.1",
                "10.0.0.0.1",
                ":",
                "1::2::3",
                "g::",
                "localhost",
                "::ffff:10.0.0.1",
                "fe80::1%eth0",
                "[::1]",
                "1:2:3:4:5:6:7:8:9"
            })
    void isNothingElse(String text) {
        assertEquals(Optional.empty(), IpAddress.of(text));
    }

    @Test
    void isInTheNetworkOfThoseWithTheSameFirstBits() {
        assertTrue(of("10.0.3.129").isInNetwork(of("10.0.3.1"), 24));
        assertFalse(of("10.0.3.129").isInNetwork(of("10.0.3.1"), 25));
        assertTrue(of("1.2.3.4").isInNetwork(of("200.0.0.1"), 0));
        assertFalse(of("::1").isInNetwork(of("0.0.0.1"), 0));
        assertTrue(of("fd00::1:5").isInNetwork(of("fd00::1:6"), 126));
    }
}
