package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.CommandRequest;
import io.bulkhead.control.wire.DaemonReply;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Signal;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How services are, and what is done to them. */
final class ServiceCommands extends Commands {
    ServiceCommands(PrintStream out, PrintStream err) {
        super(out, err);
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
            print(new StatusReply(chosen, List.of(), reply.held()).json());
        } else {
            StatusLine line = new StatusLine(Instant.now(), ZoneId.systemDefault());
            int width = StatusLine.nameWidth(chosen);
            chosen.forEach(service -> out.println(line.format(service, width)));
            if (reply.held() > 0) {
                err.println("note: generation " + reply.held()
                        + " of the configuration is in force, not what the files say, until the next reload");
            }
        }
        unknown.forEach(name -> err.println(unknown(name)));
        boolean down = chosen.stream().anyMatch(s -> !isUp(s));
        return down ? ExitCodes.NOT_RUNNING : unknown.isEmpty() ? ExitCodes.OK : ExitCodes.UNREACHABLE;
    }

    /** Who waits for its time is as it should be, but for one whose last run has failed. */
    private static boolean isUp(ServiceView service) {
        String state = service.state();
        if (state.equals("STOPPED") || state.equals("EXITED")) {
            return service.nextStart().isPresent()
                    && service.exit().orElse("exit status 0").equals("exit status 0");
        }
        return state.equals("RUNNING")
                || state.equals("STARTING")
                || state.equals("BACKOFF")
                || state.equals("STOPPING");
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

    @Command(
            description = {
                "Stop and start services. With --rolling, a service's instances one after the other, as many at a time as its "
                        + "rolling.max-unavailable allows: the next when those before are ready, and no more once one fails.",
                "Example: supervisorctl restart --rolling web"
            })
    int restart(
            @Option(names = "--rolling", description = "Instance after instance.") boolean rolling,
            @Option(names = "--no-wait", description = "Return once they are stopped; with --rolling at once.")
                    boolean noWait,
            @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes(rolling ? "restart/rolling" : "restart", new CommandRequest(names, Optional.empty(), !noWait));
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

    @Command(
            name = "reload-service",
            description = {
                "Have services read their own configuration again, by their reload.command or reload.signal, and wait for the",
                "command. Example: supervisorctl reload-service web"
            })
    int reloadService(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("reload-service", new CommandRequest(names, Optional.empty(), true));
    }

    @Command(description = "Let all processes of services stand still, by the cgroup freezer.")
    int pause(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("pause", new CommandRequest(names, Optional.empty(), true));
    }

    @Command(description = "Let paused services go on. Example: supervisorctl resume web")
    int resume(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        return outcomes("resume", new CommandRequest(names, Optional.empty(), true));
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
        unknown.forEach(name -> out.println(unknown(name)));
        if (!unknown.isEmpty()) {
            return ExitCodes.UNKNOWN_NAME;
        }
        boolean running = chosen.stream().allMatch(s -> s.pid().isPresent());
        return running || names.contains("all") ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
