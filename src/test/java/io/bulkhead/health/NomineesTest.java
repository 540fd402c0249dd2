package io.bulkhead.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.Probe;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.spec.StartPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NomineesTest {
    private static final int MAIN = 4711;

    private final Nominees nominees = new Nominees();
    private ServiceSpec spec = spec(false, false);

    private static ServiceSpec spec(boolean pid, boolean init) {
        Namespaces all = Namespaces.DEFAULT;
        StartPolicy start = StartPolicy.DEFAULT;
        return SpecFixture.with(SpecFixture.service("web"))
                .namespaces(new Namespaces(
                        pid, all.mount(), all.uts(), all.ipc(), all.cgroup(), all.net(), all.user(), all.time()))
                .start(new StartPolicy(
                        start.readyAfter(), start.timeout(), Optional.of(new Probe.Notify()), start.onFailure()))
                .init(init)
                .build();
    }

    private List<Integer> named(int... pids) {
        List<NotifyMessage> messages = new ArrayList<>();
        for (int pid : pids) {
            byte[] bytes = ("WATCHDOG=1\nMAINPID=" + pid).getBytes(StandardCharsets.UTF_8);
            messages.add(NotifyMessage.of(bytes, bytes.length));
        }
        return nominees.in(messages, spec, MAIN);
    }

    @Test
    void theLastIsLastAndEachIsThereOnce() {
        assertEquals(List.of(6, 5), named(5, 6, 5));
        assertEquals(List.of(), named());
        assertEquals(List.of(5), named(5));
    }

    @Test
    void whoSaysThatItIsStillTheOneNamesNobody() {
        assertEquals(List.of(), named(MAIN, MAIN));
        assertEquals(List.of(), named(5, MAIN));
        assertEquals(List.of(6), named(5, MAIN, 6));
    }

    @Test
    void ofManySomeAreLookedAt() {
        int[] many = IntStream.rangeClosed(1, 1000).toArray();

        assertEquals(IntStream.rangeClosed(985, 1000).boxed().toList(), named(many));
    }

    @Test
    void whoNamesSomeWithoutEndIsHeardLessOften() {
        long second = 1_000_000_000;
        for (int i = 0; i < 20; i++) {
            assertEquals(Duration.ZERO, nominees.rest(second / 20));
        }
        assertEquals(Duration.ofMillis(100), nominees.rest(second / 20));
        assertEquals(Duration.ZERO, nominees.rest(second / 10));
        assertEquals(Duration.ofMillis(100), nominees.rest(second / 10));
        for (int i = 0; i < 20; i++) {
            assertEquals(Duration.ZERO, nominees.rest(100 * second));
        }
        assertEquals(Duration.ofMillis(100), nominees.rest(100 * second));
    }

    @Test
    void whereNoneCanBeAnotherItIsToldOfOnce() {
        spec = spec(true, false);
        assertEquals(List.of(), named(1, 1));
        assertEquals(List.of(7, 8), named(1, 7, 8));
        assertEquals(List.of(), named(9));
    }
}
