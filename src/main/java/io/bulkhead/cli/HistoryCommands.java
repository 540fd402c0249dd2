package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.EventView;
import io.bulkhead.spec.ConfigException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What happened, and why things are as they are. */
final class HistoryCommands extends Commands {
    HistoryCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(
            description = {
                "What happened since the host was booted, and why: a line an event, --json: an object a line.",
                "Example: supervisorctl events -f --since 10m web"
            })
    int events(@Mixin Reading reading, @Parameters(paramLabel = "NAME", arity = "0..*") @Nullable List<String> names)
            throws ControlException, ConfigException {
        boolean colours = Reading.colours(noColor);
        reading.print(this, "events", names == null ? List.of() : names, "", line -> {
            EventView event = EventView.of(line);
            String name = event.service().isEmpty() ? "-" : event.service();
            return Reading.time(event.at()) + "  " + Reading.column(name, colours) + "  " + event.text();
        });
        return ExitCodes.OK;
    }
}
