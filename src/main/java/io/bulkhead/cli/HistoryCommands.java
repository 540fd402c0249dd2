package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.EventView;
import io.bulkhead.control.wire.Json;
import io.bulkhead.spec.ConfigException;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What happened, and why things are as they are. */
final class HistoryCommands extends Commands {
    private static final int NAME = 15;

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
        PrintStream lines = new PrintStream(new BufferedOutputStream(out, 1 << 15), false, StandardCharsets.UTF_8);
        client().stream(reading.route("events", names == null ? List.of() : names), body -> {
            for (Optional<byte[]> line = body.line(); line.isPresent(); line = body.line()) {
                if (json) {
                    lines.write(line.get());
                    lines.write('\n');
                } else {
                    lines.println(text(EventView.of(Json.read(line.get())), colours));
                }
                if (body.available() == 0 && lines.checkError()) {
                    return; // nobody reads on
                }
            }
            lines.flush();
        });
        return ExitCodes.OK;
    }

    private static String text(EventView event, boolean colours) {
        String name = event.service().isEmpty() ? "-" : event.service();
        String padded = name + " ".repeat(Math.max(0, NAME - name.length()));
        return Reading.time(event.at()) + "  " + Reading.coloured(name, padded, colours) + "  " + event.text();
    }
}
