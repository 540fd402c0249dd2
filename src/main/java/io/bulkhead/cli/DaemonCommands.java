package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.DaemonReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine.Command;

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

    @Command(description = "End the daemon, as supervisor.on-exit says.")
    int shutdown() throws ControlException, ConfigException {
        client().post("shutdown", Map.of());
        out.println("Shut down");
        return ExitCodes.OK;
    }
}
