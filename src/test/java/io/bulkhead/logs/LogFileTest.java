package io.bulkhead.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogFileTest {
    private final Linux linux = Linux.get();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static LogSpec spec(long maxSize, int backups) {
        return LogSpec.DEFAULT.to(LogSpec.Target.FILE, LogSpec.Target.STDOUT).rotating(maxSize, backups);
    }

    private Path path() {
        return directory.resolve("web.stdout.log");
    }

    private void write(LogFile file, String text) throws ErrnoException, IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer buffer = linux.allocate(Math.max(bytes.length, 1));
        buffer.put(0, bytes, 0, bytes.length);
        file.write(buffer, bytes.length);
    }

    private String read(String suffix) throws IOException {
        return Files.readString(directory.resolve("web.stdout.log" + suffix));
    }

    @Test
    void rotatesAtTheEndOfALine() throws Exception {
        try (LogFile file = new LogFile(linux, path(), spec(10, 2))) {
            write(file, "one\ntwo\n");
            write(file, "three\nfo");
            write(file, "ur\nfive\nsix");
        }

        assertEquals("one\ntwo\nthree\n", read(".2"));
        assertEquals("four\nfive\n", read(".1"));
        assertEquals("six", read(""));
    }

    @Test
    void keepsAsManyAsItIsTold() throws Exception {
        try (LogFile file = new LogFile(linux, path(), spec(2, 2))) {
            for (String line : new String[] {"aa\n", "bb\n", "cc\n", "dd\n"}) {
                write(file, line);
            }
        }

        assertEquals("cc\n", read(".2"));
        assertEquals("dd\n", read(".1"));
        assertEquals("", read(""));
        assertFalse(Files.exists(directory.resolve("web.stdout.log.3")));
    }

    @Test
    void withoutBackupsItBeginsAnew() throws Exception {
        try (LogFile file = new LogFile(linux, path(), spec(4, 0))) {
            write(file, "one\n");
            write(file, "two");
        }

        assertEquals("two", read(""));
    }

    @Test
    void aLineWithoutEndIsCutSomewhere() throws Exception {
        try (LogFile file = new LogFile(linux, path(), spec(1_000, 1))) {
            for (int i = 0; i < 100; i++) {
                write(file, "x".repeat(1_000));
            }
        }

        assertEquals(100_000, Files.size(path()) + Files.size(directory.resolve("web.stdout.log.1")));
    }

    @Test
    void appendsToWhatIsThere() throws Exception {
        Files.writeString(path(), "old\n");
        try (LogFile file = new LogFile(linux, path(), spec(6, 1))) {
            write(file, "new\n");
        }

        assertEquals("old\nnew\n", read(".1"));
    }

    @Test
    void anotherFileIsOpenedWhereItWasMovedAway() throws Exception {
        try (LogFile file = new LogFile(linux, path(), spec(0, 1))) {
            write(file, "before\n");
            Files.move(path(), directory.resolve("moved"));
            write(file, "still\n");
            file.reopen();
            write(file, "after\n");
            assertEquals("before\nstill\n", Files.readString(directory.resolve("moved")));
            assertEquals("after\n", read(""));
            file.clear();
            assertEquals("", read(""));
            write(file, "x");
            assertEquals("x", read(""));
        }
    }

    @Test
    void aFullDiskTakesNothing() throws Exception {
        try (LogFile file = new LogFile(linux, Path.of("/dev/full"), spec(0, 1))) {
            ErrnoException refusal = assertThrows(ErrnoException.class, () -> write(file, "lost?\n"));

            assertEquals("write 6 bytes to /dev/full: ENOSPC (No space left on device)", refusal.getMessage());
            assertEquals(0, file.written());
        }
    }

    @Test
    void aLinkInItsPlaceIsRefused() throws Exception {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "precious\n");
        Files.createSymbolicLink(path(), elsewhere);

        ErrnoException refusal =
                assertThrows(ErrnoException.class, () -> new LogFile(linux, path(), spec(0, 1)).close());

        assertEquals("open " + path() + ": ELOOP (Too many levels of symbolic links)", refusal.getMessage());
        assertEquals("precious\n", Files.readString(elsewhere));
    }
}
