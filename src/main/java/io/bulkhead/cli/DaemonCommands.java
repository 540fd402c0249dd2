package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.DaemonReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The daemon itself. */
final class DaemonCommands extends Commands {
    DaemonCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(description = "The daemon's version.")
    int version() throws ControlException, ConfigException, WireException {
        out.println(DaemonReply.of(client().get("daemon")).version());
        return ExitCodes.OK;
    }

    @Command(description = "End the daemon, and the services where supervisor.on-exit says so.")
    int shutdown(@ArgGroup @Nullable Services services) throws ControlException, ConfigException {
        String how = services == null ? "" : services.keep ? "/keep" : "/stop";
        client().post("shutdown" + how, Map.of());
        out.println("Shut down");
        return ExitCodes.OK;
    }

    /** What becomes of the services, whatever {@code on-exit} says. */
    static final class Services {
        @Option(names = "--keep", description = "The services run on, and the next daemon takes them up.")
        boolean keep;

        @Option(names = "--stop", description = "The services are stopped first.")
        boolean stop;
    }
}
