package io.bulkhead.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ThrottlingTest {
    @Test
    void countsFromABeginning() {
        Throttling since = new Throttling(140, 90).since(new Throttling(40, 15));

        assertEquals(new Throttling(100, 75), since);
        assertEquals(0.75, since.share());
        assertEquals("held up by the CPU quota in 75 % of 100 periods", since.toString());
    }

    @Test
    void beginsAnewWithANewGroup() {
        assertEquals(new Throttling(3, 1), new Throttling(3, 1).since(new Throttling(40, 15)));
        assertEquals(0, Throttling.NONE.share());
    }

    @Test
    void hardshipIsToldWhereThereIsAny() {
        OptionalLong none = OptionalLong.empty();
        assertEquals(List.of(), new Hardship(none, none, none, Optional.empty(), none, Throttling.NONE, none).lines());
        assertEquals(
                List.of(
                        "memory: 1.0 MiB at most, of 2.0 MiB,",
                        "killed by the OOM killer: 1",
                        "forks refused at pids.max: 2",
                        "held up by the CPU quota in 50 % of 4 periods, 7 ms in all"),
                new Hardship(
                                OptionalLong.of(1),
                                OptionalLong.of(1 << 20),
                                OptionalLong.of(2 << 20),
                                Optional.empty(),
                                OptionalLong.of(2),
                                new Throttling(4, 2),
                                OptionalLong.of(7_900))
                        .lines());
    }
}
