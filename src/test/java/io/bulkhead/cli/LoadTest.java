package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.control.wire.UsageReply;
import io.bulkhead.control.wire.UsageView;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LoadTest {
    private static final OptionalLong NONE = OptionalLong.empty();

    /** With 40 ms in every 100 ms. */
    private static UsageView usage(String name, long clock, long cpu, long throttled, long read, long written) {
        return new UsageView(
                name,
                name,
                clock,
                OptionalLong.of(cpu),
                OptionalLong.of(40_000),
                OptionalLong.of(100_000),
                OptionalLong.of(throttled),
                OptionalLong.of(1 << 20),
                NONE,
                OptionalLong.of(3),
                OptionalLong.of(10),
                OptionalLong.of(read),
                OptionalLong.of(written));
    }

    @Test
    void ratesAreOverTheTimeBetweenTheLooks() {
        Load load = Load.between(
                usage("web", 1_000_000, 500_000, 7, 100, 0), usage("web", 3_000_000, 900_000, 12, 4_100, 1_000));

        assertEquals(20, load.cpu().orElseThrow(), 1e-9);
        assertEquals(50, load.quota().orElseThrow(), 1e-9);
        assertEquals(25, load.throttled().orElseThrow(), 1e-9);
        assertEquals(2_000, load.read().orElseThrow(), 1e-9);
        assertEquals(500, load.written().orElseThrow(), 1e-9);
        assertEquals(OptionalLong.of(1 << 20), load.memory());
        assertEquals(NONE, load.memoryMax());
    }

    @Test
    void aPeriodThatBeganEarlierMakesNoMoreThanAll() {
        Load load = Load.between(usage("web", 0, 0, 0, 0, 0), usage("web", 1_000_000, 0, 11, 0, 0));

        assertEquals(OptionalDouble.of(100), load.throttled());
    }

    @Test
    void aGroupMadeAnewHasNoRatesYet() {
        Load load = Load.between(usage("web", 0, 900, 9, 9, 9), usage("web", 1_000_000, 100, 0, 0, 0));

        assertEquals(OptionalDouble.empty(), load.cpu());
        assertEquals(OptionalDouble.empty(), load.quota());
        assertEquals(OptionalDouble.empty(), load.throttled());
        assertEquals(OptionalDouble.empty(), load.read());
        assertEquals(OptionalLong.of(3), load.tasks());
    }

    @Test
    void theBusiestIsFirstAndWhoIsNotKnownLast() {
        UsageReply before =
                new UsageReply("", List.of(unknown("a"), usage("b", 0, 0, 0, 0, 0), usage("c", 0, 0, 0, 0, 0)));
        UsageReply after = new UsageReply(
                "",
                List.of(
                        unknown("a"),
                        usage("b", 10, 0, 0, 0, 0),
                        usage("c", 10, 5, 0, 0, 0),
                        usage("new", 10, 99, 0, 0, 0)));

        assertEquals(
                List.of("c", "b", "a", "new"),
                Load.between(before, after).stream().map(Load::name).toList());
    }

    private static UsageView unknown(String name) {
        return new UsageView(name, name, 1, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0B",
        "1023, 1023B",
        "1024, 1.0KiB",
        "1048524, 1023.9KiB",
        "1048575, 1.0MiB",
        "268435456, 256.0MiB",
        "9223372036854775807, 8.0EiB"
    })
    void bytesHaveTheLargestUnitThatFits(long bytes, String text) {
        assertEquals(text, LoadTable.bytes(OptionalLong.of(bytes)));
    }
}
