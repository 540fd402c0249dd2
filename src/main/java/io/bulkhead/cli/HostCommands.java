package io.bulkhead.cli;

import io.bulkhead.cli.completion.Shell;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The commands of this host and its shells, which ask no daemon. */
final class HostCommands extends Commands {
    HostCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(
            description = {
                "Print the completion script of a shell, which completes services by their names, too.",
                "Example: supervisorctl completion bash > /etc/bash_completion.d/supervisorctl",
                "Example: supervisorctl completion fish | source"
            })
    int completion(@Parameters(paramLabel = "bash|zsh|fish", description = "Which shell.") Shell shell) {
        out.print(shell.script(Main.model()));
        return ExitCodes.OK;
    }
}
