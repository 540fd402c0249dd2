package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.OutcomeView;
import io.bulkhead.control.wire.OutcomesReply;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.SupervisorSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line without a command, and what all commands have in common; those are in the classes of their topics, a method
 * each, that asks the daemon, prints lines and returns the exit code.
 */
@Command(
        name = "supervisorctl",
        sortOptions = false,
        addMethodSubcommands = false, // Main adds those that are needed
        versionProvider = Commands.Version.class,
        description = "Asks the daemon how its services are, and tells it what to do.",
        footer = {
            "",
            "A NAME is a service, one of its instances (web:web_01), all of them (web:*), or all there are (all).",
            "`supervisorctl COMMAND -h` tells more of each command.",
            "Exit codes: 0 done; 1 unknown name; 2 bad usage or configuration; 4 connection refused; 7 failed;",
            "status: 3 a service is not running, 4 unknown name or no daemon."
        })
class Commands implements Runnable {
    @Option(
            names = {"-c", "--configuration"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Find the control socket in this configuration.")
    @Nullable
    Path configuration;

    @Option(
            names = {"-s", "--serverurl"},
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "The control socket itself: unix:///path.")
    @Nullable
    String socket;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print the daemon's answer as JSON.")
    boolean json;

    @Option(
            names = "--no-color",
            scope = ScopeType.INHERIT,
            description = "No colours, as NO_COLOR in the environment.")
    boolean noColor;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "This help.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "The version of this command.")
    boolean versionAsked;

    @Option(names = "--train", hidden = true)
    boolean train;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any method runs
    CommandSpec spec;

    final PrintStream out;
    final PrintStream err;

    Commands(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public void run() {
        if (train) {
            try {
                Training.run(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return;
        }
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command");
    }

    /** Fills {@code chosen} with the services named and returns the names that name none. */
    static List<String> choose(List<ServiceView> services, List<String> names, List<ServiceView> chosen) {
        if (names.isEmpty() || names.stream().anyMatch(Instance::isAll)) {
            chosen.addAll(services);
            return List.of();
        }
        List<String> unknown = new ArrayList<>();
        for (String name : names) {
            List<ServiceView> found = services.stream()
                    .filter(s -> Instance.isNamed(s.group(), s.name(), name))
                    .toList();
            found.stream().filter(s -> !chosen.contains(s)).forEach(chosen::add);
            if (found.isEmpty()) {
                unknown.add(name);
            }
        }
        return unknown;
    }

    /** What is said of a name that names nothing. */
    static String unknown(String name) {
        return name + ": ERROR (no such " + (name.endsWith(":*") ? "group)" : "process)");
    }

    final int outcomes(String route, CommandRequest request) throws ControlException, ConfigException, WireException {
        OutcomesReply reply = OutcomesReply.of(client().post(route, request.json()));
        return print(reply.outcomes(), reply.json());
    }

    final int print(List<OutcomeView> outcomes, Map<String, Object> object) {
        if (json) {
            print(object);
        }
        int code = ExitCodes.OK;
        for (OutcomeView outcome : outcomes) {
            OutcomeLine line = OutcomeLine.of(outcome);
            if (!json) {
                out.println(line.text());
            }
            if (!outcome.detail().isEmpty() && (json || !line.text().contains(outcome.detail()))) {
                err.println(outcome.name() + ": " + outcome.detail());
            }
            code = Math.max(code, line.exitCode());
        }
        return code;
    }

    final void print(Map<String, Object> object) {
        byte[] bytes = Json.write(object);
        out.write(bytes, 0, bytes.length);
    }

    final ControlClient client() throws ConfigException {
        if (socket != null) {
            return new ControlClient(Path.of(socket.startsWith("unix://") ? socket.substring(7) : socket));
        }
        if (configuration != null) {
            return new ControlClient(
                    new ConfigLoader().loadTolerant(configuration).supervisor().controlSocket());
        }
        return new ControlClient(SupervisorSpec.DEFAULT.controlSocket());
    }

    /** The jar's own version. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Commands.class.getPackage().getImplementationVersion();
            return new String[] {version == null ? "development" : version};
        }
    }
}
