package io.bulkhead.logs;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.LogSpec.Compression;
import io.bulkhead.spec.LogSpec.Format;
import io.bulkhead.spec.LogSpec.Layout;
import io.bulkhead.spec.LogSpec.Rotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LogOutputTest {
    private static final Layout STAMPED = new Layout(Format.TEXT, true, false);
    private static final Layout TAGGED = new Layout(Format.TEXT, false, true);
    private static final Layout JSON = new Layout(Format.JSON, false, false);
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static LogSpec rotating(long maxSize, int backups) {
        return LogSpec.DEFAULT.rotating(maxSize, backups);
    }

    private boolean exists(String suffix) {
        return Files.exists(directory.resolve("web.stdout.log" + suffix));
    }

    @Test
    void rotatesAtTheEndOfALine() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(10, 2))) {
            bed.say("one\ntwo\n");
            bed.say("three\nfo");
            bed.say("ur\nfive\nsix");

            assertEquals("one\ntwo\nthree\n", bed.read(".2"));
            assertEquals("four\nfive\n", bed.read(".1"));
            assertEquals("six", bed.read(""));
        }
    }

    @Test
    void keepsAsManyAsItIsTold() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(2, 2))) {
            bed.say("aa\nbb\ncc\ndd\n");

            assertEquals("cc\n", bed.read(".2"));
            assertEquals("dd\n", bed.read(".1"));
            assertEquals("", bed.read(""));
            assertFalse(exists(".3"));
            assertTrue(exists(".1.times"));

            bed.reopen(rotating(2, 1));
            bed.say("ee\n");
            assertEquals("ee\n", bed.all());
            assertFalse(exists(".2"));
            assertFalse(exists(".2.times"));
        }
    }

    @Test
    void fillsAGapThatADyingDaemonLeft() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(2, 4))) {
            bed.say("aa\nbb\ncc\ndd\n");
            Files.delete(directory.resolve("web.stdout.log.2"));

            bed.say("ee\n");

            assertEquals("aa\nbb\ndd\nee\n", bed.all());
        }
    }

    @Test
    void withoutBackupsItBeginsAnew() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(4, 0))) {
            bed.say("one\n");
            bed.say("two");

            assertEquals("two", bed.read(""));
        }
    }

    @Test
    void aLineWithoutEndIsCutSomewhere() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(1_000, 1))) {
            for (int i = 0; i < 100; i++) {
                bed.say("x".repeat(1_000));
            }

            assertEquals(100_000, bed.all().length());
            assertTrue(exists(".1"));
        }
    }

    @Test
    void rotatesByAge() throws Exception {
        Rotation daily = new Rotation(0, Optional.of(Duration.ofDays(1)), 3, Compression.NONE);
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(daily))) {
            bed.write("yesterday\n");
            long next = bed.turn();
            assertTrue(
                    Duration.between(Instant.now(), Instant.ofEpochMilli(next)).toHours() >= 23);
            Rotation soon = new Rotation(0, Optional.of(Duration.ofMillis(1)), 3, Compression.NONE);
            bed.reopen(LogSpec.DEFAULT.with(soon));
            await().until(() -> {
                bed.turn();
                return exists(".1");
            });

            assertEquals("yesterday\n", bed.read(".1"));
            assertEquals(LogOutput.NEVER, bed.turn(), "an empty file has no age");
        }
    }

    @Test
    void appendsToWhatIsThereAndToWhatSomebodyCut() throws Exception {
        Files.writeString(directory.resolve("web.stdout.log"), "old\n");
        try (LogBed bed = new LogBed(directory, rotating(0, 1))) {
            bed.say("new\n");
            assertEquals("old\nnew\n", bed.read(""));

            Files.write(bed.log(), new byte[0]);
            bed.say("after\n");
            assertEquals("after\n", bed.read(""));
        }
    }

    @Test
    void aLinkInItsPlaceIsRefused() throws Exception {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "precious\n");
        Files.createSymbolicLink(directory.resolve("web.stdout.log"), elsewhere);

        ErrnoException refusal =
                assertThrows(ErrnoException.class, () -> new LogBed(directory, rotating(0, 1)).close());

        assertTrue(String.valueOf(refusal.getMessage()).contains("ELOOP"));
        assertEquals("precious\n", Files.readString(elsewhere));
    }

    @Test
    void stampsWholeLines() throws Exception {
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(STAMPED))) {
            bed.say("one\n\ntw");
            bed.say("o\nthree");

            assertTrue(bed.read("").matches(TIME + " one\n" + TIME + " \n" + TIME + " two\n"), bed.read(""));
            bed.output().drain(bed.scratch());
            assertTrue(bed.read("").endsWith(" three\n"));
        }
    }

    @Test
    void tagsBothStreamsInOneFile() throws Exception {
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(TAGGED))) {
            bed.write(1, "broken\n");
            bed.write(0, "fine\n");
            bed.turn();

            assertEquals("stdout fine\nstderr broken\n", bed.read(""));
        }
    }

    @Test
    void writesJson() throws Exception {
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(JSON))) {
            bed.say("plain\nquote \" \\ tab \t bell \u0007 é\n");

            String expected = "\\{\"time\":\"" + TIME
                    + "\",\"service\":\"web\",\"stream\":\"stdout\",\"message\":\"plain\"\\}\n.*\"message\":"
                    + "\"quote \\\\\" \\\\\\\\ tab \\\\t bell \\\\u0007 é\"\\}\n";
            assertTrue(bed.read("").matches(expected), bed.read(""));
        }
    }

    @Test
    void stampedFilesRotateBetweenLines() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(1_000, 1_000).with(STAMPED))) {
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 3_000; i++) {
                sent.append("line ").append(i).append('\n');
            }
            bed.say(sent.toString());

            assertEquals(sent.toString(), bed.all().replaceAll("(?m)^" + TIME + " ", ""));
            for (LogFiles.Part part : LogFiles.oldestFirst(bed.log())) {
                assertTrue(Files.size(part.path()) < 1_100, part.toString());
            }
        }
    }

    @Test
    void linesAreWholeWhereverTheBufferEnds() throws Exception {
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(STAMPED))) {
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 20_000; i++) {
                sent.append("line ").append(i).append('\n');
            }
            bed.say(sent.toString());

            assertEquals(sent.toString(), bed.read("").replaceAll("(?m)^" + TIME + " ", ""));
        }
    }

    @Test
    void linesLongerThanTheBufferAreCut() throws Exception {
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(TAGGED))) {
            bed.say("x".repeat(100_000) + "\nend\n");

            assertEquals(
                    "x".repeat(100_000) + "end",
                    bed.read("").replace("stdout ", "").replace("\n", ""));
        }
    }

    @Test
    void changesOfLayoutTakeEffectAtALinesBeginning() throws Exception {
        try (LogBed bed = new LogBed(directory, LogSpec.DEFAULT.with(STAMPED))) {
            bed.say("one\nhal");
            bed.reopen(LogSpec.DEFAULT);
            bed.say("f\nra");
            bed.reopen(LogSpec.DEFAULT.with(STAMPED));
            bed.say("w\n");

            assertTrue(bed.read("").matches(TIME + " one\nhalf\nra\n" + TIME + " w\n"), bed.read(""));
        }
    }

    /** As if the daemon had been killed after each step of a delivery: what is written is what would have been anyway. */
    @ParameterizedTest
    @EnumSource(Step.class)
    void deliversOnceWhateverStepADaemonDiesAt(Step step) throws Exception {
        LogSpec spec = LogSpec.DEFAULT.with(STAMPED);
        try (LogBed bed = new LogBed(directory, spec)) {
            bed.say("before\n");
            String sent = "first\nsecond\nthird\nhal";
            bed.write(sent);
            Spool spool = bed.stream().openSpool();
            spool.fill(bed.stream(), 1_000);
            long size = Files.size(bed.log());
            String stamp = LineFormat.time(1_000) + " ";
            String whole = stamp + "first\n" + stamp + "second\n" + stamp + "third\n";
            if (step != Step.TAKEN) {
                spool.begin(new Spool.Begun(1_000, Backups.inode(bed.log()), size, 2));
            }
            int written = switch (step) {
                case TAKEN, BEGUN -> 0;
                case HALF_WRITTEN -> whole.length() / 2;
                case WRITTEN, DONE -> whole.length();
            };
            Files.writeString(bed.log(), bed.read("") + whole.substring(0, written));
            if (step == Step.DONE) {
                spool.done("first\nsecond\nthird\n".length());
            }

            bed.reopen(spec);
            bed.turn();
            bed.say("f\nlast\n");

            assertEquals(
                    "before\nfirst\nsecond\nthird\nhalf\nlast\n", bed.read("").replaceAll("(?m)^" + TIME + " ", ""));
        }
    }

    enum Step {
        TAKEN,
        BEGUN,
        HALF_WRITTEN,
        WRITTEN,
        DONE
    }

    @Test
    void aSpoolStaysSmall() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(100_000, 1).with(TAGGED))) {
            String lines = "x".repeat(99).concat("\n").repeat(5_000) + "partial";
            for (int i = 0; i < 200; i++) {
                bed.say(lines);
            }
            Path spool = directory.resolve("fifo/web.stdout.spool");
            bed.say("\n");

            assertEquals(4_096, Files.size(spool));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "ZSTD"})
    void compressesWhatIsRotated(Compression how) throws Exception {
        String suffix = how == Compression.GZIP ? ".gz" : ".zst";
        try (LogBed bed =
                new LogBed(directory, LogSpec.DEFAULT.with(new Rotation(100_000, Optional.empty(), 50, how)))) {
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 100_000; i++) {
                sent.append("line ").append(i).append('\n');
            }
            for (int i = 0; i < sent.length(); i += 50_000) {
                bed.say(sent.substring(i, Math.min(sent.length(), i + 50_000)));
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> LogFiles.oldestFirst(bed.log()).stream()
                            .allMatch(part -> part.number() == 0 || part.isCompressed()));

            assertTrue(exists(".1" + suffix));
            assertEquals(sent.toString(), bed.all());
            assertFalse(exists(suffix + ".tmp"));
        }
    }

    @Test
    void knowsWhenWhatWasWritten() throws Exception {
        try (LogBed bed = new LogBed(directory, rotating(0, 3))) {
            bed.say("early\n");
            long begun = System.currentTimeMillis();
            await().until(() -> System.currentTimeMillis() > begun + 2 * TimeIndex.INTERVAL_MILLIS);
            Instant between = Instant.now();
            bed.say("late\n");

            TimeIndex index =
                    TimeIndex.read(LogFiles.oldestFirst(bed.log()).get(0).times());
            assertEquals(Backups.inode(bed.log()), index.inode());
            assertEquals(2, index.size());
            assertEquals(6, index.offsetSince(between, -1));
            assertEquals(0, index.offsetSince(Instant.EPOCH, -1));
            assertEquals(-1, index.offsetSince(Instant.now().plusSeconds(9), -1));
            assertEquals(index.millis(0), index.millisAt(5, -1));
            assertEquals(index.millis(1), index.millisAt(6, -1));

            Files.write(bed.log(), new byte[0]);
            bed.say("x\n");
            TimeIndex anew = TimeIndex.read(directory.resolve("web.stdout.log.times"));
            assertEquals(1, anew.size());
            assertEquals(0, anew.offset(0));
        }
    }

    @Test
    void foreignTimesAreNoTimes() throws Exception {
        Path file = directory.resolve("web.stdout.log.times");
        Files.writeString(file, "what is this? it is text, not an index");
        assertEquals(0, TimeIndex.read(file).size());
        try (LogBed bed = new LogBed(directory, rotating(0, 3))) {
            bed.say("x\n");
            assertEquals(1, TimeIndex.read(file).size());
        }
        assertEquals(0, TimeIndex.read(directory.resolve("none")).size());
    }
}
