package io.bulkhead.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.control.wire.ServiceView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatusLineTest {
    private static final Instant NOW = Instant.parse("2026-11-24T15:04:05Z");

    private static ServiceView view(
            String group, String name, String state, Optional<Instant> started, Optional<Instant> ended) {
        return new ServiceView(
                name,
                group,
                state,
                0,
                OptionalInt.of(4711),
                started.map(Instant::toString),
                ended.map(Instant::toString),
                Optional.empty(),
                0,
                Optional.empty(),
                state.equals("STARTING") ? "" : "why",
                false,
                "",
                "",
                ServiceView.Vitals.NONE);
    }

    private static String line(ServiceView view) {
        return new StatusLine(NOW, ZoneOffset.UTC).format(view, StatusLine.nameWidth(List.of(view)));
    }

    private static ServiceView running(String reason, ServiceView.Vitals vitals) {
        return new ServiceView(
                "web",
                "web",
                "RUNNING",
                20,
                OptionalInt.of(4711),
                Optional.of(NOW.toString()),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                reason,
                false,
                reason.startsWith("runs as it was") ? "halted" : "",
                "",
                vitals);
    }

    @Test
    void tellsThatTheRollHasHalted() {
        ServiceView old = running(
                "runs as it was until it ends, for the roll has halted: a:a_00 has failed", ServiceView.Vitals.NONE);

        assertTrue(line(old).endsWith(", roll halted"), () -> line(old));
    }

    @Test
    void tellsThatItIsPaused() {
        assertEquals(
                "web                              RUNNING   pid 4711, uptime 0:00:00, paused",
                line(running("paused", ServiceView.Vitals.NONE)));
    }

    @Test
    void tellsThatItIsUnhealthy() {
        assertEquals(
                "web                              RUNNING   pid 4711, uptime 0:00:00, unhealthy",
                line(running("", new ServiceView.Vitals(true, "unhealthy", "http GET /: 503", ""))));
    }

    @Test
    void tellsWhatItSays() {
        assertEquals(
                "web                              RUNNING   pid 4711, uptime 0:00:00: 12 of 40 loaded",
                line(running("", new ServiceView.Vitals(true, "", "", "12 of 40 loaded"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0:00:00",
                "312 | 0:05:12",
                "36000 | 10:00:00",
                "86399 | 23:59:59",
                "86400 | 1 day, 0:00:00",
                "200000 | 2 days, 7:33:20",
                "-5 | 0:00:00"
            })
    void uptimeIsAsPythonPrintsIt(long seconds, String uptime) {
        ServiceView web = view("web", "web", "RUNNING", Optional.of(NOW.minusSeconds(seconds)), Optional.empty());

        assertEquals("web                              RUNNING   pid 4711, uptime " + uptime, line(web));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-11-24T03:12:09Z | Nov 24 03:12 AM", "2026-01-02T00:00:00Z | Jan 02 12:00 AM",
                "2026-09-30T12:59:00Z | Sep 30 12:59 PM", "2026-05-06T23:01:00Z | May 06 11:01 PM"
            })
    void datesAreAsSupervisorPrintsThem(String ended, String date) {
        ServiceView batch = view("batch", "batch", "EXITED", Optional.empty(), Optional.of(Instant.parse(ended)));

        assertEquals("batch                            EXITED    " + date, line(batch));
    }

    @Test
    void aMemberOfAGroupIsShownWithIt() {
        assertEquals(
                "web2:web2_00                     STARTING",
                line(view("web2", "web2_00", "STARTING", Optional.empty(), Optional.empty())));
    }

    @Test
    void longNamesMakeTheColumnWider() {
        String name = "a-name-of-more-than-thirty-characters";

        assertEquals(
                name + "   FATAL     why",
                line(view(name, name, "FATAL", Optional.empty(), Optional.of(NOW.minus(Duration.ofDays(1))))));
    }
}
