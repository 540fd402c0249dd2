package io.bulkhead.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrittenFormTest {
    @ParameterizedTest
    @CsvSource({
        "memory.max, 268435456 B, 256 MiB",
        "memory.max, 1025 B, 1025 B",
        "memory.swap, unlimited, unlimited",
        "hugetlb, {2MB = 2097152 B}, {2MB = 2 MiB}",
        "log.max-size, 0 B, 0 B",
        "command, 268435456 B, 268435456 B",
        "restart.backoff.jitter, 0.1, 10%",
        "restart.backoff.jitter, 0.0, 0%",
        "restart.backoff.jitter, 1.0, 100%",
        "restart.on.memory-pressure.duration, 5 s, 5 s"
    })
    void valuesAreAsAConfigurationWritesThem(String path, String value, String written) {
        assertEquals(written, WrittenForm.of(path, value));
    }

    @Test
    void noKeyIsWithoutAValue() {
        ServiceSpec spec = SpecFixture.service("web");

        for (SpecKey key : SpecKey.ALL) {
            assertFalse(key.shown(spec).isEmpty(), key.path());
        }
    }
}
