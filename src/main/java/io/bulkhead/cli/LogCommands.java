package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.LogLineView;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What services wrote. */
final class LogCommands extends Commands {
    /** How much of a log is wanted. */
    static final class Tailing {
        @Option(
                names = {"-f", "--follow"},
                description = "Go on with what comes.")
        boolean follow;

        @Option(names = "--bytes", paramLabel = "BYTES", defaultValue = "1600", description = "How much: also -BYTES.")
        int bytes;
    }

    LogCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(
            description = {
                "The end of a service's output; with -f, also what follows, across rotations, until Ctrl-C.",
                "Example: supervisorctl tail -f -1000 web stderr"
            })
    int tail(
            @Mixin Tailing tailing,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "stdout|stderr", arity = "0..1") @Nullable String stream)
            throws ControlException, ConfigException {
        String file = stream == null ? "stdout" : stream;
        if (!file.equals("stdout") && !file.equals("stderr")) {
            err.println("error: not stdout or stderr: " + file);
            return ExitCodes.USAGE;
        }
        try {
            copy("logs/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "/" + file, tailing);
            return ExitCodes.OK;
        } catch (ControlException e) {
            if (e.exitCode() != ExitCodes.UNKNOWN_NAME) {
                throw e;
            }
            out.println(name + ": ERROR (" + e.getMessage() + ")");
            return ExitCodes.UNKNOWN_NAME;
        }
    }

    @Command(description = "The end of the daemon's own log. Example: supervisorctl maintail -f")
    int maintail(@Mixin Tailing tailing) throws ControlException, ConfigException {
        copy("daemon/log", tailing);
        return ExitCodes.OK;
    }

    private void copy(String route, Tailing tailing) throws ControlException, ConfigException {
        client().stream(route + "?bytes=" + tailing.bytes + (tailing.follow ? "&follow" : ""), body -> {
            byte[] piece = new byte[1 << 15];
            for (int count = body.read(piece); count >= 0 && !out.checkError(); count = body.read(piece)) {
                out.write(piece, 0, count);
            }
        });
        out.flush();
    }

    @Command(
            description = {
                "What services wrote, a line each with its time and its service, all in the order of time, across rotations.",
                "Example: supervisorctl logs -f --since 10m web db"
            })
    int logs(
            @Mixin Reading reading,
            @Option(names = "--stdout", description = "Standard output alone.") boolean stdout,
            @Option(names = "--stderr", description = "Standard error alone.") boolean stderr,
            @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException {
        String only = stdout == stderr ? "" : stdout ? "&stream=stdout" : "&stream=stderr";
        boolean colours = Reading.colours(noColor);
        try {
            reading.print(this, "logs", names, only, line -> {
                LogLineView view = LogLineView.of(line);
                return Reading.time(view.at()) + "  " + Reading.column(view.service(), colours) + "  " + view.text();
            });
            return ExitCodes.OK;
        } catch (ControlException e) {
            if (e.exitCode() != ExitCodes.UNKNOWN_NAME) {
                throw e;
            }
            out.println(e.getMessage());
            return ExitCodes.UNKNOWN_NAME;
        }
    }

    @Command(description = "Empty the log files of services.")
    int clear(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("clear", new CommandRequest(names, Optional.empty(), true));
    }
}
