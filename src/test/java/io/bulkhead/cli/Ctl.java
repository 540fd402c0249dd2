package io.bulkhead.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code supervisorctl}, run inside the test's own process. */
public final class Ctl {
    private Ctl() {}

    /** What one command line came to. */
    public record Result(int code, String out, String err) {
        /** Both streams and the code, for a failed assertion's message. */
        @Override
        public String toString() {
            return "exit code " + code + "\n" + out + err;
        }
    }

    public static Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code;
        try (PrintStream outStream = new PrintStream(out, false, StandardCharsets.UTF_8);
                PrintStream errStream = new PrintStream(err, false, StandardCharsets.UTF_8)) {
            code = Main.run(List.of(arguments), outStream, errStream);
        }
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
