package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.LogSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LookoutTest {
    private static final LogSpec RAW = LogSpec.DEFAULT;
    private static final LogSpec JSON = RAW.with(new LogSpec.Layout(LogSpec.Format.JSON, false, false));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<String> found = new ArrayList<>();

    /** By which way bytes go to the file. */
    enum Way {
        DIRECT,
        CHANGED;

        LogSpec spec() {
            return this == DIRECT ? RAW : JSON;
        }
    }

    private void look(LogBed bed, String regex, boolean fresh) {
        Sought sought = new Sought(regex);
        sought.listen(found::add);
        bed.output().lookout(new Lookout(sought, bed.output().streams(), fresh));
    }

    @ParameterizedTest
    @EnumSource
    void theFirstLineThatMatchesIsTold(Way way) throws Exception {
        try (LogBed bed = new LogBed(directory, way.spec())) {
            look(bed, "^ready [0-9]", true);

            bed.say("not ready 1\nrea");
            bed.say("dy 2");
            assertEquals(List.of(), found);
            bed.say(" now\r\nready 3\n");
            bed.say("ready 4\n");

            assertEquals(List.of("ready 2 now"), found);
            assertEquals(4, bed.all().lines().count());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasThereBeforeIsOfNoInterest(Way way) throws Exception {
        try (LogBed bed = new LogBed(directory, way.spec())) {
            bed.write("ready 1\nready 2 ");
            look(bed, "ready", true);

            bed.say("begins\nready 3\n");

            assertEquals(
                    List.of("ready 3"),
                    found.stream().map(line -> line.replace("begins", "")).toList());
            assertTrue(bed.all().contains("ready 1"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneThatComesLaterSeesWhatWaits(Way way) throws Exception {
        try (LogBed bed = new LogBed(directory, way.spec())) {
            bed.write("ready 1\n");
            look(bed, "ready", false);

            bed.turn();

            assertEquals(List.of("ready 1"), found);
        }
    }

    @Test
    void nothingIsLostOrDoubledOnTheWay() throws Exception {
        try (LogBed bed = new LogBed(directory, RAW.rotating(300_000, 100))) {
            look(bed, "^line 99999$", true);
            StringBuilder all = new StringBuilder();
            StringBuilder piece = new StringBuilder();
            for (int i = 0; i < 100_000; i++) {
                piece.append("line ").append(i).append('\n');
                if (piece.length() > 200_000) {
                    bed.say(piece.toString());
                    all.append(piece);
                    piece.setLength(0);
                }
            }
            assertEquals(List.of(), found);
            bed.say(piece.toString());
            bed.say("and more\n");

            assertEquals(List.of("line 99999"), found);
            assertEquals(all.append(piece).append("and more\n").toString(), bed.all());
        }
    }

    @Test
    void streamsAreNotMixed() throws Exception {
        try (LogBed bed = new LogBed(directory, RAW.with(new LogSpec.Layout(LogSpec.Format.TEXT, false, true)))) {
            look(bed, "^ready$", true);

            bed.write(0, "rea");
            bed.write(1, "ready\n");
            bed.turnsUntil(() -> !found.isEmpty());

            assertEquals(List.of("ready"), found);
        }
    }

    @Test
    void aLineIsLookedAtInPart() throws Exception {
        try (LogBed bed = new LogBed(directory, RAW)) {
            look(bed, "ready", true);

            bed.say("x".repeat(5_000) + "ready\n");
            assertEquals(List.of(), found);
            bed.say("x".repeat(4_000) + "ready" + "x".repeat(5_000) + "\n");

            assertEquals(1, found.size());
            assertEquals(4_096, found.get(0).length());
        }
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void noPatternRunsForEver() throws Exception {
        try (LogBed bed = new LogBed(directory, RAW)) {
            look(bed, "^(a*)*b$|^(x|y)*z$|^done$", true);

            bed.say(("a".repeat(40) + "\n").repeat(2_000));
            bed.say(("xy".repeat(2_000) + "\n").repeat(10));
            bed.say("a".repeat(30) + "\ndone\n");

            assertEquals(List.of("done"), found);
        }
    }
}
