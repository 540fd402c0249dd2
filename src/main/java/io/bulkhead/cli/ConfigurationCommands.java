package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.wire.AppliedReply;
import io.bulkhead.control.wire.AvailableReply;
import io.bulkhead.control.wire.ChangesReply;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.GenerationsReply;
import io.bulkhead.control.wire.KeyChange;
import io.bulkhead.control.wire.ReconfigureRequest;
import io.bulkhead.control.wire.ServiceChange;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the configuration says, would change and does change. */
final class ConfigurationCommands extends Commands {
    ConfigurationCommands(PrintStream out, PrintStream err) {
        super(out, err);
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
        changes.notes().forEach(note -> out.println("note: " + note));
        if (!changes.isEmpty() && !changes.hash().isEmpty()) {
            out.println("hash: " + changes.hash());
        }
    }

    private static String describe(KeyChange key) {
        String place = key.line() > 0 ? ", " + key.file() + ":" + key.line() : "";
        String was = key.before().isEmpty() ? "" : key.before() + " -> ";
        return key.key() + ": " + was + key.after() + "  (" + key.effect() + place + ")";
    }

    @Command(
            description = {
                "Read the configuration again, apply it, wait until it is true, and print what was done.",
                "Example: supervisorctl reload --confirm 30s"
            })
    int reload(@Mixin Confirm confirm) throws ControlException, ConfigException, WireException {
        return change("reload", confirm, Optional.empty(), OptionalInt.empty());
    }

    @Command(
            description = {
                "As reload, if it does exactly what a plan has shown, else nothing: exit code 2, with what has changed since.",
                "Example: supervisorctl apply --plan 5f3a0c6d9b1e2f47-0d9c1b7a6e5f4a32"
            })
    int apply(
            @Option(names = "--plan", paramLabel = "HASH", required = true, description = "What plan printed last.")
                    String plan,
            @Mixin Confirm confirm)
            throws ControlException, ConfigException, WireException {
        return change("apply", confirm, Optional.of(plan), OptionalInt.empty());
    }

    @Command(
            description = {
                "Put an earlier generation of the configuration in force, whatever the files say, until the next reload.",
                "A daemon that starts keeps it in force as long as the files are as they were.",
                "Example: supervisorctl rollback 3"
            })
    int rollback(
            @Parameters(
                            paramLabel = "N",
                            arity = "0..1",
                            description = "Its number, as history has it (default: the one before).")
                    @Nullable
                    Integer number,
            @Mixin Confirm confirm)
            throws ControlException, ConfigException, WireException {
        return change(
                "rollback", confirm, Optional.empty(), number == null ? OptionalInt.empty() : OptionalInt.of(number));
    }

    private int change(String route, Confirm confirm, Optional<String> plan, OptionalInt generation)
            throws ControlException, ConfigException, WireException {
        ReconfigureRequest request = new ReconfigureRequest(confirm.length(), plan, generation);
        ChangesReply changes = ChangesReply.of(client().post(route, request.json()));
        if (json) {
            print(changes.json());
        } else {
            printPlan(changes);
        }
        if (!changes.failure().isEmpty()) {
            err.println(changes.failure());
            return ExitCodes.FAILED;
        }
        return failures(changes);
    }

    @Command(
            description = {
                "The configurations that were in force, numbered: when, by whom, their hash, and what they changed.",
                "Example: supervisorctl history"
            })
    int history() throws ControlException, ConfigException, WireException {
        GenerationsReply reply = GenerationsReply.of(client().get("generations"));
        if (json) {
            print(reply.json());
            return ExitCodes.OK;
        }
        for (GenerationsReply.One one : reply.generations()) {
            out.println(String.format(
                            "%s%4d  %s  %-12s  %s  ",
                            one.current() ? "*" : " ", one.number(), Reading.time(one.at()), one.by(), one.hash())
                    + one.cause()
                    + (one.changes().isEmpty() ? "" : ": " + one.changes())
                    + (one.current() && !one.watchedUntil().isEmpty()
                            ? "  (to be confirmed until " + Reading.time(one.watchedUntil()) + ")"
                            : "")
                    + (one.current() && one.held() ? "  (not what the files say, until the next reload)" : ""));
        }
        return ExitCodes.OK;
    }

    /** Says which of the services concerned didn't come up. */
    private int failures(ChangesReply changes) throws ControlException, ConfigException, WireException {
        Set<String> concerned = new HashSet<>(changes.added());
        changes.changed().forEach(change -> concerned.add(change.name()));
        int code = ExitCodes.OK;
        Map<String, List<ServiceView>> halted = new TreeMap<>();
        for (ServiceView service : StatusReply.of(client().get("status")).services()) {
            boolean failed = service.state().equals("FATAL") || service.state().equals("BACKOFF");
            if (service.roll().equals("halted")) {
                halted.computeIfAbsent(service.group(), group -> new ArrayList<>())
                        .add(service);
            }
            if (failed && concerned.contains(service.group())) {
                err.println(service.shown() + ": " + service.state() + " " + service.reason());
                code = ExitCodes.FAILED;
            }
        }
        for (List<ServiceView> left : halted.values()) {
            String more = left.size() == 1 ? "" : " and " + (left.size() - 1) + " more";
            err.println(left.get(0).shown() + more + ": " + left.get(0).reason());
            code = ExitCodes.FAILED;
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
            long services = new ConfigLoader()
                    .load(checked).services().values().stream()
                            .filter(spec -> spec.instance().index() == 0)
                            .count();
            out.println(checked + ": " + services + (services == 1 ? " service" : " services") + ", no errors");
            return ExitCodes.OK;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println(problem));
            return ExitCodes.USAGE;
        }
    }

    @Command(description = "Every declared service: in use or avail, auto or manual.")
    int avail() throws ControlException, ConfigException, WireException {
        AvailableReply reply = AvailableReply.of(client().get("available"));
        if (json) {
            print(reply.json());
            return ExitCodes.OK;
        }
        int width = 33;
        for (AvailableReply.Service service : reply.services()) {
            width = Math.max(width, service.name().length() + 3);
        }
        for (AvailableReply.Service service : reply.services()) {
            out.printf(
                    "%-" + width + "s%-10s%s%n",
                    service.name(),
                    service.inForce() ? "in use" : "avail",
                    service.autostart() ? "auto" : "manual");
        }
        return ExitCodes.OK;
    }
}
