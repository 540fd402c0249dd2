package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.AttachmentView;
import io.bulkhead.control.wire.CommandReply;
import io.bulkhead.control.wire.ExecRequest;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands in containers, in those of services and in their own. */
final class ContainedCommands extends Commands {
    ContainedCommands(PrintStream out, PrintStream err) {
        super(out, err);
    }

    /** How a command is attended. */
    static final class Attending {
        @Option(
                names = {"-i", "--interactive"},
                description = "Pass standard input on to it; without, it has none.")
        boolean interactive;

        @Option(
                names = {"-t", "--tty"},
                description = "Give it a terminal, of this one's size.")
        boolean tty;

        @Option(
                names = {"-d", "--detach"},
                description = "Return once it has begun.")
        boolean detach;

        @Option(
                names = "--detach-keys",
                paramLabel = "KEYS",
                defaultValue = DetachKeys.USUAL,
                description = "What to type to leave a terminal and let the command go on: ${DEFAULT-VALUE}.")
        String detachKeys = DetachKeys.USUAL;
    }

    @Command(
            description = {
                "Run a command inside a running service: in its namespaces, root and cgroup, with its capabilities, seccomp",
                "profile and environment. The exit code is the command's, 128 and the number of a signal that ended it; 126 or",
                "127 where it can't be executed or isn't there; 125 where anything else went wrong. For root only.",
                "Example: supervisorctl exec -it web -- bash"
            })
    int exec(
            @Mixin Attending attending,
            @Option(
                            names = {"-e", "--env"},
                            paramLabel = "NAME[=VALUE]",
                            description = "A variable beyond the service's; without a value, as it is here.")
                    @Nullable
                    List<String> variables,
            @Option(
                            names = "--env-file",
                            paramLabel = "FILE",
                            description = "Variables, one a line; # begins a comment.")
                    @Nullable
                    List<Path> files,
            @Option(
                            names = {"-u", "--user"},
                            paramLabel = "USER[:GROUP]",
                            description = "As whom; else as the service.")
                    @Nullable
                    String user,
            @Option(
                            names = {"-w", "--workdir"},
                            paramLabel = "DIR",
                            description = "Where it begins; else as the service.")
                    @Nullable
                    String workdir,
            @Parameters(paramLabel = "NAME", index = "0") String name,
            @Parameters(paramLabel = "COMMAND", index = "1..*", arity = "1..*") List<String> command)
            throws ControlException, ConfigException, WireException, ErrnoException, IOException {
        Map<String, String> environment =
                Variables.read(files == null ? List.of() : files, variables == null ? List.of() : variables);
        return attend(attending, attachment -> {
            ExecRequest request = new ExecRequest(
                    name,
                    words(command),
                    environment,
                    Optional.ofNullable(user),
                    Optional.ofNullable(workdir),
                    attachment);
            return CommandReply.of(client().post("exec", request.json()));
        });
    }

    /** Without the word that parts a command from what is before it. */
    private static List<String> words(List<String> command) throws ControlException {
        List<String> words = command.get(0).equals("--") ? command.subList(1, command.size()) : command;
        if (words.isEmpty()) {
            throw new ControlException("no command", ExitCodes.OURS);
        }
        return words;
    }

    /** Asks the daemon to run a command, attended or not. */
    private interface Asked {
        CommandReply send(Optional<AttachmentView> attachment) throws ControlException, ConfigException, WireException;
    }

    private int attend(Attending attending, Asked asked)
            throws ControlException, ConfigException, WireException, ErrnoException {
        if (attending.detach) {
            return code(asked.send(Optional.empty()));
        }
        DetachKeys keys = DetachKeys.parse(attending.detachKeys)
                .orElseThrow(() -> new ControlException(
                        "--detach-keys: \"" + attending.detachKeys + "\" is not " + DetachKeys.ALLOWED,
                        ExitCodes.OURS));
        if (attending.tty && attending.interactive && !UserTerminal.isThere(Linux.get())) {
            throw new ControlException("-it: standard input is not a terminal", ExitCodes.OURS);
        }
        ControlClient daemon = client();
        try (Attendance attendance = new Attendance(out, err, attending.interactive, attending.tty, keys)) {
            Attendance.Outcome outcome = attendance.attend(attachment -> {
                try {
                    return asked.send(Optional.of(attachment));
                } catch (ConfigException e) {
                    throw new ControlException(String.valueOf(e.getMessage()), ExitCodes.OURS);
                }
            });
            if (outcome.reply().isPresent()) {
                return code(outcome.reply().get());
            }
            return code(CommandReply.of(daemon.post("leave", Map.of("session", outcome.left()))));
        }
    }

    private int code(CommandReply reply) {
        if (!reply.error().isEmpty()) {
            err.println("error: " + reply.error());
        }
        return reply.code();
    }
}
