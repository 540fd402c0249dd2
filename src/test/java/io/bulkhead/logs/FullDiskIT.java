package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.kernel.KernelTest;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.LogSpec.Format;
import io.bulkhead.spec.LogSpec.Layout;
import io.bulkhead.spec.LogSpec.WhenFull;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small tmpfs as the place for logs, filled by somebody else. */
@KernelTest
final class FullDiskIT {
    private static final String LINE = "x".repeat(99) + "\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path disk;

    @BeforeEach
    void mountDisk() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString());
    }

    @AfterEach
    void unmountDisk() throws Exception {
        run("umount", disk.toString());
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, process.waitFor(), String.join(" ", command));
    }

    private Path fill() throws Exception {
        Path filler = disk.resolve("filler");
        Process process = new ProcessBuilder("dd", "if=/dev/zero", "of=" + filler, "bs=4k")
                .redirectErrorStream(true)
                .start();
        process.getInputStream().readAllBytes();
        process.waitFor();
        return filler;
    }

    private static LogSpec spec(boolean stamped, WhenFull whenFull) {
        Layout layout = new Layout(Format.TEXT, stamped, false);
        return LogSpec.DEFAULT.rotating(0, 3).with(layout).with(whenFull);
    }

    private static String numbered(int from, int until) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < until; i++) {
            text.append(i).append(' ').append(LINE, 0, 90).append('\n');
        }
        return text.toString();
    }

    private static String unstamped(String text) {
        return text.replaceAll("(?m)^\\d{4}-\\S+Z ", "");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blockedNothingIsLost(boolean stamped) throws Exception {
        try (LogBed bed = new LogBed(directory, disk, spec(stamped, WhenFull.BLOCK))) {
            bed.say(numbered(0, 10));
            Path filler = fill();
            bed.say(numbered(10, 1_000));

            assertEquals(1, bed.events.size());
            assertTrue(bed.events.get(0).contains("cannot be written, the service waits: "), bed.events.get(0));
            assertTrue(bed.events.get(0).contains("ENOSPC"), bed.events.get(0));
            Files.delete(filler);
            bed.turnsUntil(() -> bed.events.size() == 2);

            assertEquals(numbered(0, 1_000), unstamped(bed.read("")));
            bed.say("normal again\n");
            assertTrue(bed.read("").endsWith("normal again\n"));
            assertEquals(2, bed.events.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void droppedIsCountedWhereItHappened(boolean stamped) throws Exception {
        try (LogBed bed = new LogBed(directory, disk, spec(stamped, WhenFull.DROP))) {
            bed.say(numbered(0, 10));
            Path filler = fill();
            for (int i = 10; i < 100_000; i += 1_000) {
                bed.say(numbered(i, i + 1_000)); // far more than a pipe holds: it is taken all the same
            }
            assertEquals(1, bed.events.size());
            Files.delete(filler);
            bed.turnsUntil(() -> bed.events.size() == 2);
            bed.say("normal again\n");

            String text = unstamped(bed.read(""));
            Matcher told = Pattern.compile("(?m)^supervisord: (\\d+) bytes in (\\d+) lines dropped from \\S+ to \\S+: "
                            + ".*ENOSPC.*\n")
                    .matcher(text);
            assertTrue(told.find(), text);
            String before = text.substring(0, told.start());
            assertTrue(numbered(0, 100_010).startsWith(before.replaceFirst("\n$", "")), "what was written is right");
            assertEquals("normal again\n", text.substring(told.end()));
            // Half a line may have found room; the line's end before the note is the daemon's.
            String kept = numbered(0, 100_010).startsWith(before) ? before : before.substring(0, before.length() - 1);
            assertEquals(numbered(0, 100_010).length() - kept.length(), Long.parseLong(told.group(1)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theNextDaemonTellsWhatThisOneDropped(boolean stamped) throws Exception {
        LogSpec spec = spec(stamped, WhenFull.DROP);
        try (LogBed bed = new LogBed(directory, disk, spec)) {
            Path filler = fill();
            bed.say(numbered(0, 1_000));
            Files.delete(filler);
            bed.reopen(spec);
            bed.turn();

            assertTrue(bed.read("").contains(" lines dropped from "), bed.read(""));
        }
    }
}
