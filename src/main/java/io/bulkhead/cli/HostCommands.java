package io.bulkhead.cli;

import io.bulkhead.cli.completion.Shell;
import io.bulkhead.doctor.Doctor;
import io.bulkhead.doctor.Finding;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The commands of this host and its shells, which ask no daemon. */
final class HostCommands extends Commands {
    HostCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    @Command(
            description = {
                "What this host offers of that which Bulkhead uses, and how to get what it lacks; asks no daemon.",
                "Exit code 0 if Bulkhead can work here, else 1.",
                "Example: supervisorctl doctor"
            })
    int doctor() {
        List<Finding> findings = Doctor.examine();
        boolean able = Finding.canWork(findings);
        if (json) {
            print(DoctorReport.json(findings, able));
        } else {
            DoctorReport.lines(findings, able).forEach(out::println);
        }
        return able ? ExitCodes.OK : ExitCodes.UNKNOWN_NAME;
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
