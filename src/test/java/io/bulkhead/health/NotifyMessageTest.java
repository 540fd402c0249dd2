package io.bulkhead.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.health.NotifyMessage.Watchdog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NotifyMessageTest {
    private static final NotifyMessage NOTHING = of("");

    private static NotifyMessage of(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return NotifyMessage.of(bytes, bytes.length);
    }

    @Test
    void severalThingsInOneMessage() {
        NotifyMessage message =
                of("READY=1\nSTATUS=loaded 3 of 4\nWATCHDOG=1\nWATCHDOG_USEC=20000000\nEXTEND_TIMEOUT_USEC=5\n");

        assertTrue(message.ready());
        assertFalse(message.stopping());
        assertEquals(Optional.of("loaded 3 of 4"), message.status());
        assertEquals(Watchdog.ALIVE, message.watchdog());
        assertEquals(Optional.of(Duration.ofSeconds(20)), message.within());
        assertEquals(Optional.of(Duration.ofNanos(5_000)), message.extend());
    }

    @Test
    void eachByItself() {
        assertTrue(of("RELOADING=1\nMONOTONIC_USEC=17").reloading());
        assertTrue(of("STOPPING=1").stopping());
        assertEquals(Watchdog.TRIGGER, of("WATCHDOG=trigger").watchdog());
        assertEquals(Optional.of(""), of("STATUS=").status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "READY",
                "READY=",
                "READY=0",
                "READY=11",
                " READY=1",
                "ready=1",
                "WATCHDOG=2",
                "EXTEND_TIMEOUT_USEC=-1",
                "EXTEND_TIMEOUT_USEC=",
                "EXTEND_TIMEOUT_USEC=1e3",
                "EXTEND_TIMEOUT_USEC=9999999999999999999",
                "WATCHDOG_USEC=1",
                "MAINPID=0",
                "MAINPID=4194305",
                "MAINPID=-1",
                "MAINPID=+7",
                "MAINPID=7 ",
                "MAINPID=0x7",
                "MAINPID=99999999999999999999",
                "FDSTORE=1\nERRNO=2\nBARRIER=1",
                "=\n=\n\n",
                "\u0000\u0000"
            })
    void theRestIsPassedOver(String message) {
        assertEquals(NOTHING, of(message));
    }

    @Test
    void aPidIsOneThatAProcessCanHave() {
        assertEquals(Optional.of(1), of("READY=1\nMAINPID=1").mainPid());
        assertEquals(Optional.of(4_194_304), of("MAINPID=4194304").mainPid());
        assertEquals(Optional.of(5), of("MAINPID=4\nMAINPID=5\nMAINPID=many").mainPid());
    }

    @Test
    void timesAreBounded() {
        assertEquals(
                Optional.of(Duration.ofDays(365)),
                of("EXTEND_TIMEOUT_USEC=999999999999999999").extend());
        assertEquals(
                Optional.of(Duration.ofDays(365)),
                of("WATCHDOG_USEC=999999999999999999").within());
    }

    @Test
    void aTextIsBoundedAndPlain() {
        assertEquals(
                Optional.of("\ufffd[2J" + "x".repeat(196) + "…"),
                of("STATUS=\u001b[2J" + "x".repeat(4000)).status());
        byte[] noText = {'S', 'T', 'A', 'T', 'U', 'S', '=', (byte) 0xff, 'a'};
        assertEquals(
                Optional.of("\ufffda"), NotifyMessage.of(noText, noText.length).status());
    }
}
