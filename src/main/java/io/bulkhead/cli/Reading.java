package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.Fields;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.LocalTimes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of commands that read what was, and how they print it. */
final class Reading {
    private static final int LAST = 100;
    private static final int NAME = 15;
    /** As the terminal has them, from red to cyan; none that can't be read on black or white. */
    private static final int[] COLOURS = {32, 33, 34, 35, 36, 31};

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before any method runs
    CommandSpec mixee;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until Ctrl-C.")
    boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "LINES",
            description = "How many of what is there already, or all; 100 unless --since is given.")
    @Nullable
    String lines;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only what is as new: 10m, 1h30m, 2d, 03:12, 2026-11-24, \"2026-11-24 03:12\", or RFC 3339.")
    @Nullable
    String since;

    /** The daemon's route with all that is asked of it. */
    private String route(String path, List<String> names) {
        StringBuilder route = new StringBuilder(path);
        char separator = '?';
        for (String name : names) {
            route.append(separator).append("name=").append(URLEncoder.encode(name, StandardCharsets.UTF_8));
            separator = '&';
        }
        if (since != null) {
            try {
                Instant instant = Since.parse(since, Instant.now(), ZoneId.systemDefault());
                route.append(separator).append("since=").append(instant);
                separator = '&';
            } catch (DateTimeException e) {
                throw wrong("--since: \"" + since + "\" is not " + Since.ALLOWED);
            }
        }
        if (lines == null ? since == null : !lines.equals("all")) {
            if (lines != null && !lines.matches("[0-9]{1,9}")) {
                throw wrong("--lines: \"" + lines + "\" is not a number or all");
            }
            route.append(separator).append("last=").append(lines == null ? Integer.toString(LAST) : lines);
            separator = '&';
        }
        return follow ? route.append(separator).append("follow").toString() : route.toString();
    }

    /** What makes a line of text of an object. */
    interface Format {
        String text(Fields line) throws WireException;
    }

    /**
     * Prints what comes, as it comes, until it ends or nobody reads on.
     *
     * @param more to be added to the query
     */
    void print(Commands command, String path, List<String> names, String more, Format format)
            throws ControlException, ConfigException {
        PrintStream lines =
                new PrintStream(new BufferedOutputStream(command.out, 1 << 15), false, StandardCharsets.UTF_8);
        command.client().stream(route(path, names) + more, body -> {
            for (Optional<byte[]> line = body.line(); line.isPresent(); line = body.line()) {
                if (command.json) {
                    lines.write(line.get());
                    lines.write('\n');
                } else {
                    lines.println(format.text(Json.read(line.get())));
                }
                if (body.available() == 0 && lines.checkError()) {
                    return;
                }
            }
        });
        lines.flush();
    }

    private RuntimeException wrong(String message) {
        return new CommandLine.ParameterException(mixee.commandLine(), message);
    }

    /** {@code 2026-11-24 03:12:09.123}, here. */
    static String time(String instant) {
        return LocalTimes.text(Instant.parse(instant));
    }

    /** A name in a colour of its own, always the same. */
    static String column(String name, boolean colours) {
        String padded = name + " ".repeat(Math.max(0, NAME - name.length()));
        return colours
                ? "\u001b[" + COLOURS[Math.floorMod(name.hashCode(), COLOURS.length)] + "m" + padded + "\u001b[0m"
                : padded;
    }

    /** Whether standard output is a terminal, and whoever sits there has not said no: no-color.org. */
    static boolean colours(boolean noColor) {
        if (noColor || !System.getenv().getOrDefault("NO_COLOR", "").isEmpty()) {
            return false;
        }
        return isTerminal();
    }

    /** Whether standard output is a terminal. */
    static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
