package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.AttachmentView;
import io.bulkhead.control.wire.CommandReply;
import io.bulkhead.control.wire.ExecRequest;
import io.bulkhead.control.wire.RunRequest;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
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
                "Run a command inside a running service: in its namespaces, root and cgroup, with its capabilities, seccomp "
                        + "profile and environment. The exit code is the command's, 128 and the number of a signal that ended "
                        + "it; 126 or 127 where it can't be executed or isn't there; 125 where anything else went wrong. For "
                        + "root only.",
                "Example: supervisorctl exec -it web -- bash"
            })
    int exec(
            @Mixin Attending attending,
            @Mixin Variables variables,
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
        Map<String, String> environment = variables.read();
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

    @Command(
            description = {
                "Run a command once in a container of its own. It is a service as long as it lives, and nothing is left of "
                        + "it after that but the log of one that was detached. Options are named as those of docker run, and "
                        + "each is a key of supervisord.conf(5). The exit code is as that of exec. For root only.",
                "Example: supervisorctl run -it --rootfs /srv/web -m 64m --cpus 0.5 -- bash",
                "Example: supervisorctl run -d --name batch --rootfs /srv/batch --init -- /bin/batch"
            })
    int run(
            @Mixin Attending attending,
            @Mixin MountFlags mounts,
            @Mixin LimitFlags limits,
            @Mixin ContainerFlags container,
            @Option(names = "--name", paramLabel = "NAME", description = "Else run- and eight digits.") @Nullable
                    String name,
            @Mixin Variables variables,
            @Option(names = "--rm", description = "As always.") boolean remove,
            @Parameters(paramLabel = "COMMAND", arity = "1..*") List<String> command)
            throws ControlException, ConfigException, WireException, ErrnoException, IOException {
        if (attending.detach && attending.tty) {
            throw new ControlException("-d with -t: what nobody attends has no terminal", ExitCodes.OURS);
        }
        if (!attending.detach && container.restarts()) {
            throw new ControlException("--restart needs -d: it is attended but once", ExitCodes.OURS);
        }
        String own = name == null ? "run-" + Attendance.random().substring(0, 8) : name;
        ServiceDraft draft = new ServiceDraft();
        draft.put("COMMAND", "command", words(command));
        mounts.draw(draft);
        limits.draw(draft);
        container.draw(draft);
        variables.read().forEach((key, value) -> draft.putIn("--env", "environment", key, value));
        draft.put("run", "start.ready-after", "0 s");
        if (!attending.detach) {
            draft.put("run", "log.stdout", "none");
            draft.put("run", "log.stderr", "none");
        }
        int code = attend(attending, attachment -> asked(own, draft, attachment));
        if (attending.detach && code == ExitCodes.OK) {
            out.println(own);
        }
        return code;
    }

    private CommandReply asked(String name, ServiceDraft draft, Optional<AttachmentView> attachment)
            throws ControlException, ConfigException, WireException {
        try {
            RunRequest request = new RunRequest(name, draft.json(), attachment);
            return CommandReply.of(client().post("run", request.json()));
        } catch (ControlException e) {
            if (e.details().isEmpty()) {
                throw e;
            }
            throw new ControlException(
                    "it was not run",
                    ExitCodes.OURS,
                    e.details().stream()
                            .map(problem -> draft.explain(name, problem))
                            .toList());
        }
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
