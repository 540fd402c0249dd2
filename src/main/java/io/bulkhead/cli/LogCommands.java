package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What services wrote. */
final class LogCommands extends Commands {
    LogCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(description = "The end of a service's output. Example: supervisorctl tail -1000 web stderr")
    int tail(
            @Option(
                            names = "--bytes",
                            paramLabel = "BYTES",
                            defaultValue = "1600",
                            description = "How much: also -BYTES.")
                    int bytes,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "stdout|stderr", arity = "0..1") @Nullable String stream)
            throws ControlException, ConfigException {
        try {
            String route = "logs/" + name + "/" + (stream == null ? "stdout" : stream) + "?bytes=" + bytes;
            out.print(new String(client().bytes(route), StandardCharsets.UTF_8));
            return ExitCodes.OK;
        } catch (ControlException e) {
            if (e.exitCode() != ExitCodes.UNKNOWN_NAME) {
                throw e;
            }
            out.println(name + ": ERROR (" + e.getMessage() + ")");
            return ExitCodes.UNKNOWN_NAME;
        }
    }

    @Command(description = "Empty the log files of services.")
    int clear(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("clear", new CommandRequest(names, Optional.empty(), true));
    }
}
