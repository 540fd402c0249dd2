package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.wire.AppliedReply;
import io.bulkhead.control.wire.AvailableReply;
import io.bulkhead.control.wire.ChangesReply;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.DaemonReply;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.KeyChange;
import io.bulkhead.control.wire.OutcomeView;
import io.bulkhead.control.wire.OutcomesReply;
import io.bulkhead.control.wire.ServiceChange;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SupervisorSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Every command: asks the daemon, prints lines, returns the exit code. */
@Command(
        name = "supervisorctl",
        sortOptions = false,
        addMethodSubcommands = false, // Main adds those that are needed
        versionProvider = Commands.Version.class,
        description = "Asks the daemon how its services are, and tells it what to do.",
        footer = {
            "",
            "A NAME is a service, GROUP:NAME, GROUP:* or all. `supervisorctl COMMAND -h` tells more of each command.",
            "Exit codes: 0 done; 1 unknown name; 2 bad usage or configuration; 4 connection refused; 7 failed;",
            "status: 3 a service is not running, 4 unknown name or no daemon."
        })
final class Commands implements Runnable {
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

    private final PrintStream out;
    private final PrintStream err;

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

    @Command(description = "A line a service: name, state, and more. Example: supervisorctl status web")
    int status(@Parameters(paramLabel = "NAME", arity = "0..*") @Nullable List<String> names)
            throws ControlException, ConfigException, WireException {
        StatusReply reply;
        try {
            reply = StatusReply.of(client().get("status"));
        } catch (ControlException e) {
            err.println("error: " + e.getMessage());
            return ExitCodes.UNREACHABLE;
        }
        List<ServiceView> chosen = new ArrayList<>();
        List<String> unknown = choose(reply.services(), names == null ? List.of() : names, chosen);
        if (json) {
            print(new StatusReply(chosen, List.of()).json());
        } else {
            StatusLine line = new StatusLine(Instant.now(), ZoneId.systemDefault());
            int width = StatusLine.nameWidth(chosen);
            chosen.forEach(service -> out.println(line.format(service, width)));
        }
        unknown.forEach(
                name -> err.println(name + ": ERROR (no such " + (name.endsWith(":*") ? "group)" : "process)")));
        boolean down = chosen.stream().anyMatch(s -> !isUp(s.state()));
        return down ? ExitCodes.NOT_RUNNING : unknown.isEmpty() ? ExitCodes.OK : ExitCodes.UNREACHABLE;
    }

    private static boolean isUp(String state) {
        return state.equals("RUNNING")
                || state.equals("STARTING")
                || state.equals("BACKOFF")
                || state.equals("STOPPING");
    }

    /** Fills {@code chosen} with the services named and returns the names that name none. */
    private static List<String> choose(List<ServiceView> services, List<String> names, List<ServiceView> chosen) {
        if (names.isEmpty() || names.contains("all")) {
            chosen.addAll(services);
            return List.of();
        }
        List<String> unknown = new ArrayList<>();
        for (String name : names) {
            List<ServiceView> found =
                    services.stream().filter(s -> isNamed(s, name)).toList();
            found.stream().filter(s -> !chosen.contains(s)).forEach(chosen::add);
            if (found.isEmpty()) {
                unknown.add(name);
            }
        }
        return unknown;
    }

    private static boolean isNamed(ServiceView service, String name) {
        return name.equals(service.name())
                || name.equals(service.group() + ":" + service.name())
                || name.equals(service.group() + ":*");
    }

    @Command(description = "Start services and wait until they run. Example: supervisorctl start web")
    int start(
            @Option(names = "--no-wait", description = "Return at once.") boolean noWait,
            @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("start", new CommandRequest(names, Optional.empty(), !noWait));
    }

    @Command(description = "Stop services and wait until nothing of them runs. Example: supervisorctl stop all")
    int stop(
            @Option(names = "--no-wait", description = "Return at once.") boolean noWait,
            @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("stop", new CommandRequest(names, Optional.empty(), !noWait));
    }

    @Command(description = "Stop and start services. Example: supervisorctl restart web")
    int restart(
            @Option(names = "--no-wait", description = "Return once they are stopped.") boolean noWait,
            @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("restart", new CommandRequest(names, Optional.empty(), !noWait));
    }

    @Command(description = "Send a signal to services. Example: supervisorctl signal USR1 web")
    int signal(
            @Parameters(paramLabel = "SIG", description = "TERM, SIGTERM or 15.") String signal,
            @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        if (Signal.parse(signal).isEmpty()) {
            names.forEach(name -> out.println(name + ": ERROR (bad signal name)"));
            return ExitCodes.UNKNOWN_NAME;
        }
        return outcomes("signal", new CommandRequest(names, Optional.of(signal), true));
    }

    @Command(description = "What a reload would change, by name; changes nothing.")
    int reread() throws ControlException, ConfigException, WireException {
        ChangesReply changes = ChangesReply.of(client().get("plan"));
        if (json) {
            print(changes.json());
            return ExitCodes.OK;
        }
        changes.added().forEach(name -> out.println(name + ": available"));
        changes.changed().forEach(change -> out.println(change.name() + ": changed"));
        changes.removed().forEach(name -> out.println(name + ": disappeared"));
        if (changes.added().isEmpty()
                && changes.changed().isEmpty()
                && changes.removed().isEmpty()) {
            out.println("No config updates to processes");
        }
        return ExitCodes.OK;
    }

    @Command(
            description =
                    "What a reload would change, key by key; changes nothing. Example: supervisorctl plan --exit-code")
    int plan(@Option(names = "--exit-code", description = "Exit with 10 where there are changes.") boolean exitCode)
            throws ControlException, ConfigException, WireException {
        ChangesReply changes = ChangesReply.of(client().get("plan"));
        if (json) {
            print(changes.json());
        } else {
            printPlan(changes);
        }
        return exitCode && !changes.isEmpty() ? ExitCodes.CHANGES : ExitCodes.OK;
    }

    private void printPlan(ChangesReply changes) {
        if (changes.isEmpty()) {
            out.println("No config updates to processes");
        }
        changes.supervisor()
                .forEach(key -> out.println("  " + key.key() + ": " + key.before() + " -> " + key.after()
                        + (key.effect().equals("live") ? "  (live)" : "  (when the daemon is next started)")));
        changes.added().forEach(name -> out.println("+ " + name));
        for (ServiceChange change : changes.changed()) {
            out.println("~ " + change.name() + (change.restarts() ? "  (restart)" : "  (live)"));
            change.keys().forEach(key -> out.println("    " + describe(key)));
        }
        changes.removed().forEach(name -> out.println("- " + name));
    }

    private static String describe(KeyChange key) {
        String place = key.line() > 0 ? ", " + key.file() + ":" + key.line() : "";
        return key.key() + ": " + key.before() + " -> " + key.after() + "  (" + key.effect() + place + ")";
    }

    @Command(description = "Read the configuration again, apply it, wait until it is true, and print what was done.")
    int reload() throws ControlException, ConfigException, WireException {
        ChangesReply changes = ChangesReply.of(client().post("reload", Map.of()));
        if (json) {
            print(changes.json());
        } else {
            printPlan(changes);
        }
        return changes.isEmpty() ? ExitCodes.OK : failures(changes);
    }

    /** Says which of the services concerned didn't come up. */
    private int failures(ChangesReply changes) throws ControlException, ConfigException, WireException {
        Set<String> concerned = new HashSet<>(changes.added());
        changes.changed().forEach(change -> concerned.add(change.name()));
        int code = ExitCodes.OK;
        for (ServiceView service : StatusReply.of(client().get("status")).services()) {
            boolean failed = service.state().equals("FATAL") || service.state().equals("BACKOFF");
            if (failed && concerned.contains(service.name())) {
                err.println(service.name() + ": " + service.state() + " " + service.reason());
                code = ExitCodes.FAILED;
            }
        }
        return code;
    }

    @Command(description = "As reload, for some services or all. Example: supervisorctl update web")
    int update(@Parameters(paramLabel = "NAME", arity = "0..*") @Nullable List<String> names)
            throws ControlException, ConfigException, WireException {
        List<String> chosen = names == null ? List.of() : names;
        AppliedReply reply =
                AppliedReply.of(client().post("update", new CommandRequest(chosen, Optional.empty(), true).json()));
        return print(reply.outcomes(), reply.json());
    }

    @Command(description = "Take in a service that the file declares and the daemon doesn't have yet.")
    int add(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("add", new CommandRequest(names, Optional.empty(), true));
    }

    @Command(description = "Take out a service that isn't running.")
    int remove(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("remove", new CommandRequest(names, Optional.empty(), true));
    }

    @Command(description = "Validate a configuration; asks no daemon. Exit code 0 or 2.")
    int check(@Parameters(paramLabel = "FILE", arity = "0..1") @Nullable Path file) throws ConfigException {
        Path checked =
                file != null ? file : configuration != null ? configuration : Path.of("/etc/bulkhead/supervisord.conf");
        try {
            int services = new ConfigLoader().load(checked).services().size();
            out.println(checked + ": " + services + (services == 1 ? " service" : " services") + ", no errors");
            return ExitCodes.OK;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println(problem));
            return ExitCodes.USAGE;
        }
    }

    @Command(description = "The daemon's pid, or that of a service, or with `all` of every one, a line each.")
    int pid(@Parameters(paramLabel = "NAME", arity = "0..*") @Nullable List<String> names)
            throws ControlException, ConfigException, WireException {
        if (names == null || names.isEmpty()) {
            out.println(DaemonReply.of(client().get("daemon")).pid());
            return ExitCodes.OK;
        }
        List<ServiceView> chosen = new ArrayList<>();
        List<String> unknown = choose(StatusReply.of(client().get("status")).services(), names, chosen);
        chosen.forEach(service -> out.println(service.pid().orElse(0)));
        unknown.forEach(name -> out.println(name + ": ERROR (no such process)"));
        if (!unknown.isEmpty()) {
            return ExitCodes.UNKNOWN_NAME;
        }
        boolean running = chosen.stream().allMatch(s -> s.pid().isPresent());
        return running || names.contains("all") ? ExitCodes.OK : ExitCodes.FAILED;
    }

    @Command(description = "Every declared service: in use or avail, auto or manual.")
    int avail() throws ControlException, ConfigException, WireException {
        AvailableReply reply = AvailableReply.of(client().get("available"));
        if (json) {
            print(reply.json());
            return ExitCodes.OK;
        }
        for (AvailableReply.Service service : reply.services()) {
            out.printf(
                    "%-33s%-10s%s%n",
                    service.name(), service.inForce() ? "in use" : "avail", service.autostart() ? "auto" : "manual");
        }
        return ExitCodes.OK;
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

    private int outcomes(String route, CommandRequest request) throws ControlException, ConfigException, WireException {
        OutcomesReply reply = OutcomesReply.of(client().post(route, request.json()));
        return print(reply.outcomes(), reply.json());
    }

    private int print(List<OutcomeView> outcomes, Map<String, Object> object) {
        if (json) {
            print(object);
        }
        int code = ExitCodes.OK;
        for (OutcomeView outcome : outcomes) {
            OutcomeLine line = OutcomeLine.of(outcome);
            if (!json) {
                out.println(line.text());
            }
            if (!outcome.detail().isEmpty()) {
                err.println(outcome.name() + ": " + outcome.detail());
            }
            code = Math.max(code, line.exitCode());
        }
        return code;
    }

    private void print(Map<String, Object> object) {
        byte[] bytes = Json.write(object);
        out.write(bytes, 0, bytes.length);
    }

    private ControlClient client() throws ConfigException {
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
