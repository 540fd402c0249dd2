package io.bulkhead.daemon;

import static io.bulkhead.libc.SystemCall.*;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.Terminals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jnr.ffi.Pointer;

/** {@code supervisorctl} as somebody runs it who sits at a terminal. */
final class AtTerminal implements AutoCloseable {
    /** For a bash to say so when its terminal is as large. */
    static final String UNTIL_44_BY_132 =
            "while [ \"$(stty size)\" != '44 132' ]; do sleep 0.05; done; echo re''sized\n";

    private static final int SIG_SETMASK = 2;

    private final Linux linux = Linux.get();
    private final Terminals.Pair pair;
    private final byte[] settings;
    private final SyscallProgram.Child child;
    private final Thread reader;
    private final StringBuilder shown = new StringBuilder();
    private int seen;

    AtTerminal(DaemonBed bed, int rows, int columns, String... arguments) throws ErrnoException {
        pair = linux.terminals().open();
        linux.terminals().resize(pair.master(), new Terminals.Size(rows, columns));
        settings = linux.terminals().settings(pair.slave());
        Path program = Path.of(System.getProperty("bulkhead.dist", "target/bulkhead"), "bin", "supervisorctl")
                .toAbsolutePath();
        List<String> words = new ArrayList<>(
                List.of("supervisorctl", "-s", "unix://" + bed.runDir().resolve("supervisord.sock")));
        words.addAll(List.of(arguments));
        int slave = linux.duplicate(pair.slave(), 32);
        SyscallProgram.Builder builder = SyscallProgram.builder(0);
        for (int stream = 0; stream < 3; stream++) {
            builder.call(DUP3, "", slave, stream, 0);
        }
        builder.call(CLOSE_RANGE, "", 3, 0xffffffffL, 0);
        builder.call(SETSID, "");
        builder.call(IOCTL, "TIOCSCTTY", 0, Terminals.TIOCSCTTY, 0);
        builder.call(RT_SIGPROCMASK, "", SIG_SETMASK, builder.longs(0), 0, 8);
        List<String> variables = new ArrayList<>();
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
            variables.add(variable.getKey() + "=" + variable.getValue());
        }
        builder.call(
                EXECVE, program.toString(), program.toString(), builder.strings(words), builder.strings(variables));
        try (SyscallProgram launch = builder.build()) {
            child = launch.run(linux);
        } finally {
            linux.close(slave);
        }
        reader = new Thread(this::read, "terminal");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        Pointer buffer = linux.allocate(4096);
        try {
            for (int n = read(buffer); n > 0; n = read(buffer)) {
                byte[] piece = new byte[n];
                buffer.get(0, piece, 0, n);
                show(new String(piece, StandardCharsets.ISO_8859_1));
            }
        } catch (ErrnoException e) {
            // It has hung up.
        }
    }

    private synchronized void show(String text) {
        shown.append(text);
    }

    private int read(Pointer buffer) throws ErrnoException {
        return linux.read(pair.master(), buffer, 4096, "the terminal").orElse(0);
    }

    /** Waits until a text is shown, after those awaited before. */
    AtTerminal sees(String text) {
        await(text)
                .atMost(DaemonBed.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .failFast("the terminal has hung up", () -> shown().indexOf(text, seen) < 0 && !reader.isAlive())
                .until(() -> shown().indexOf(text, seen) >= 0);
        seen = shown().indexOf(text, seen) + text.length();
        return this;
    }

    AtTerminal types(String text) throws ErrnoException {
        linux.writeAll(pair.master(), text.getBytes(StandardCharsets.ISO_8859_1), "the terminal");
        return this;
    }

    AtTerminal resizes(int rows, int columns) throws ErrnoException {
        linux.terminals().resize(pair.master(), new Terminals.Size(rows, columns));
        return this;
    }

    /** SIGTERM to {@code supervisorctl}. */
    void terminate() throws ErrnoException {
        linux.processes().signal(child.pidfd(), 15);
    }

    /** Waits for its end; hands back its wait status, and fails where the terminal isn't as it was. */
    int end() throws ErrnoException {
        Optional<Integer> status = await().atMost(DaemonBed.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> linux.processes().waitStatus(child.pidfd()), Optional::isPresent);
        assertArrayEquals(settings, linux.terminals().settings(pair.slave()));
        return status.orElseThrow();
    }

    synchronized String shown() {
        return shown.toString();
    }

    @Override
    public void close() {
        linux.close(pair.slave());
        linux.close(pair.master());
        linux.close(child.pidfd());
    }
}
