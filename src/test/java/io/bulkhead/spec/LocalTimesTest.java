package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class LocalTimesTest {
    @Test
    void aTimeIsToTheMillisecondAndOfThisZone() {
        LocalDateTime time = LocalDateTime.of(2026, 11, 4, 3, 2, 9, 7_999_999);

        assertEquals(
                "2026-11-04 03:02:09.007",
                LocalTimes.text(time.atZone(ZoneId.systemDefault()).toInstant()));
    }
}
