package io.bulkhead.cli;

import io.bulkhead.cli.ControlClient.ControlException;
import io.bulkhead.control.wire.EventView;
import io.bulkhead.control.wire.FindingsReply;
import io.bulkhead.control.wire.InspectReply;
import io.bulkhead.control.wire.Json;
import io.bulkhead.control.wire.LogLineView;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import io.bulkhead.control.wire.WireException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Evidence;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What happened, and why things are as they are. */
final class HistoryCommands extends Commands {
    private static final int EVIDENCE = 8;
    private static final int LAST_WORDS = 5;
    private static final int LONGEST_LINE = 200;

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

    @Command(
            description = {
                "Why services are in the state they are in, and the last events, and what a failed one wrote, as evidence; --json: the same as an object.",
                "Example: supervisorctl explain web"
            })
    int explain(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        List<ServiceView> chosen = new ArrayList<>();
        List<String> unknown = choose(StatusReply.of(client().get("status")).services(), names, chosen);
        List<Object> explained = new ArrayList<>();
        for (ServiceView service : chosen) {
            List<EventView> events = evidence(service.shown());
            List<FindingsReply.Finding> findings = FindingsReply.of(client().get("findings/" + service.shown()))
                    .findings();
            List<String> words = failed(service) ? lastWords(service) : List.of();
            if (json) {
                explained.add(explanation(service, events, findings, words));
            } else {
                out.println(service.shown() + " is " + service.state() + why(service, events));
                findings.forEach(finding -> print(finding, service.reason()));
                section("  its last lines", words, line -> "  " + line);
                print(events);
            }
        }
        if (json) {
            print(Map.of("services", explained));
        }
        return told(unknown);
    }

    private int told(List<String> unknown) {
        unknown.forEach(name -> (json ? err : out).println(unknown(name)));
        return unknown.isEmpty() ? ExitCodes.OK : ExitCodes.UNKNOWN_NAME;
    }

    private static Map<String, Object> explanation(
            ServiceView service, List<EventView> events, List<FindingsReply.Finding> findings, List<String> words)
            throws WireException {
        Map<String, Object> explanation = new LinkedHashMap<>();
        explanation.put("name", service.shown());
        explanation.put("state", service.state());
        explanation.put("because", why(service, events).replaceFirst("^[:,] ", ""));
        if (!findings.isEmpty()) {
            explanation.putAll(new FindingsReply(findings).json());
        }
        if (!words.isEmpty()) {
            explanation.put("lastLines", words);
        }
        List<Object> evidence = new ArrayList<>();
        for (EventView event : events) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("number", event.number());
            one.put("at", event.at());
            one.put("kind", event.kind());
            one.put("text", event.text());
            evidence.add(one);
        }
        explanation.put("events", evidence);
        return explanation;
    }

    private List<EventView> evidence(String name) throws ControlException, ConfigException {
        List<EventView> events = new ArrayList<>();
        client().stream("events?last=" + EVIDENCE + "&name=" + name, body -> {
            for (Optional<byte[]> line = body.line(); line.isPresent(); line = body.line()) {
                EventView event = EventView.of(Json.read(line.get()));
                events.add(event);
                if (event.kind().equals("removal") && event.text().startsWith("removed (")) {
                    events.clear(); // what went before was another service of the same name
                }
            }
        });
        return events;
    }

    /** Whether its last process, or what has to be run before one, has ended as none should. */
    private static boolean failed(ServiceView service) {
        boolean down = List.of("BACKOFF", "FATAL", "EXITED").contains(service.state());
        return down
                && service.exit()
                        .map(how -> !how.equals("exit status 0"))
                        .orElse(service.reason().startsWith("pre-start"));
    }

    /** A shell that doesn't find a program says which one; only there. What no log file holds is left out. */
    private List<String> lastWords(ServiceView service) throws ControlException, ConfigException {
        List<String> words = new ArrayList<>();
        String since = service.exit().isEmpty()
                ? ""
                : service.startedAt().map(at -> "&since=" + at).orElse("");
        client().stream("logs?last=" + LAST_WORDS + "&name=" + service.shown() + since, body -> {
            for (Optional<byte[]> line = body.line(); line.isPresent(); line = body.line()) {
                words.add(Evidence.line(LogLineView.of(Json.read(line.get())).text(), LONGEST_LINE));
            }
        });
        return words;
    }

    private void print(FindingsReply.Finding finding, String reason) {
        if (!reason.contains(finding.sentence())) {
            out.println("  found: " + finding.sentence());
        }
        if (!finding.remedy().isEmpty()) {
            out.println("  what helps: " + finding.remedy());
        }
    }

    private void print(List<EventView> events) {
        for (EventView event : events) {
            out.println("  " + Reading.time(event.at()) + "  " + event.text());
        }
    }

    @Command(
            description = {
                "All that is known of services: their configuration and where each key stands, their cgroups, what became of their",
                "limits, their processes, their logs, the last events; --json: an object a line. Example: supervisorctl inspect web"
            })
    int inspect(@Parameters(paramLabel = "NAME", arity = "1..*") List<String> names)
            throws ControlException, ConfigException, WireException {
        List<ServiceView> chosen = new ArrayList<>();
        List<String> unknown =
                new ArrayList<>(choose(StatusReply.of(client().get("status")).services(), names, chosen));
        for (ServiceView service : chosen) {
            try {
                print(InspectReply.of(client().get("inspect/" + service.shown())));
            } catch (ControlException e) {
                if (e.exitCode() != ExitCodes.UNKNOWN_NAME) {
                    throw e;
                }
                unknown.add(service.shown()); // gone meanwhile
            }
        }
        return told(unknown);
    }

    private void print(InspectReply reply) throws ControlException, ConfigException, WireException {
        if (json) {
            print(reply.json());
            return;
        }
        List<EventView> events = evidence(reply.service().shown());
        out.println(reply.service().shown() + " is " + reply.service().state() + why(reply.service(), events));
        out.println("restarts: " + reply.service().restarts());
        section("probes", reply.vitals(), line -> line);
        reply.hook().ifPresent(hook -> out.println("hook: " + describe(hook)));
        section("processes", reply.processes(), p -> String.format("%7d  %s", p.pid(), p.command()));
        section("limits", reply.limits(), HistoryCommands::describe);
        section("come up against", reply.hardship(), line -> line);
        section("cgroups", reply.groups(), group -> group);
        section("logs", reply.logs(), file -> file);
        section(
                "configuration",
                reply.keys(),
                k -> k.key() + " = " + k.value() + (k.origin().isEmpty() ? "" : "  (" + k.origin() + ")"));
        if (!events.isEmpty()) {
            out.println("events:");
            print(events);
        }
    }

    private <T> void section(String title, List<T> lines, Function<T, String> text) {
        if (!lines.isEmpty()) {
            out.println(title + ":");
            lines.forEach(line -> out.println("  " + text.apply(line)));
        }
    }

    private static String describe(InspectReply.Hook hook) {
        return hook.point() + " of " + hook.command()
                + (hook.where().equals("host") ? " on the host" : " in a container as the service's")
                + (hook.pid().isPresent() ? ", pid " + hook.pid().getAsInt() : ", being launched") + ", for "
                + hook.timeout() + " at most (" + hook.point() + ".timeout)";
    }

    private static String describe(InspectReply.Limit limit) {
        String by = limit.limitedBy().isEmpty() ? "" : " by " + limit.limitedBy();
        return limit.key() + ": asked " + limit.asked() + ", written " + limit.written() + ", effective "
                + limit.effective() + by + "  (" + limit.file() + ")";
    }

    private static String why(ServiceView service, List<EventView> events) throws WireException {
        String exit = service.exit()
                .map(how -> ": its last process ended with " + how)
                .orElse("");
        return switch (service.state()) {
            case "RUNNING" ->
                (service.pid().isPresent() ? ": pid " + service.pid().getAsInt() : ": it has completed, and remains")
                        + service.startedAt()
                                .map(at -> ", since " + Reading.time(at))
                                .orElse("")
                        + health(service.vitals())
                        + (service.reason().equals("paused") ? "; paused, until it is resumed" : "")
                        + (service.roll().isEmpty() || service.reason().equals("paused")
                                ? ""
                                : "; it " + service.reason());
            case "BACKOFF" ->
                ": " + service.reason()
                        + service.nextStart()
                                .map(at -> "; it is started again at " + Reading.time(at))
                                .orElse("");
            case "FATAL" ->
                ": " + service.reason()
                        + service.nextStart()
                                .map(at -> "; it is tried again at " + Reading.time(at))
                                .orElse(
                                        service.broken()
                                                ? "; it is not started before its configuration is mended and reloaded"
                                                : "; it is not started again until somebody says so");
            case "STOPPED", "EXITED" ->
                service.nextStart().isPresent() ? scheduled(service, exit) : ended(service, events, exit);
            case "STARTING" -> service.reason().isEmpty() ? starting(service) : ": " + service.reason();
            case "STOPPING" -> service.reason().isEmpty() ? stopping(service) : ": " + service.reason();
            default -> exit;
        };
    }

    private static String health(ServiceView.Vitals vitals) {
        String how = vitals.health().equals("starting") ? "not known to be healthy yet" : vitals.health();
        return (how.isEmpty() ? "" : "; " + how) + (vitals.condition().isEmpty() ? "" : ": " + vitals.condition());
    }

    private static String scheduled(ServiceView service, String exit) {
        String why = service.reason();
        String besides = why.isEmpty() ? "" : service.state().equals("STOPPED") ? "; it " + why : "; " + why;
        return exit + besides + "; its next run is at "
                + Reading.time(service.nextStart().orElseThrow());
    }

    private static String ended(ServiceView service, List<EventView> events, String exit) throws WireException {
        if (service.state().equals("EXITED")) {
            return exit + (service.reason().isEmpty() ? "" : "; " + service.reason())
                    + ", and its restart.policy doesn't ask for another";
        }
        return service.reason().isEmpty() ? stopped(events, exit) : ": it " + service.reason();
    }

    private static String starting(ServiceView service) {
        return service.pid().isPresent()
                ? ": pid " + service.pid().getAsInt() + " was launched, and isn't ready yet"
                : ": its process is being launched, for start.timeout at most";
    }

    private static String stopping(ServiceView service) {
        return service.pid().isPresent()
                ? ": pid " + service.pid().getAsInt() + " was told to end, and is killed when stop.timeout is over"
                : ": its main process is gone, and what is left of its group is ended";
    }

    private static String stopped(List<EventView> events, String exit) throws WireException {
        for (int i = events.size() - 1; i >= 0; i--) {
            EventView event = events.get(i);
            if (event.kind().equals("command")
                    && event.details().optionalText("command").orElse("").equals("stop")) {
                return ": " + event.text() + " at " + Reading.time(event.at());
            }
        }
        if (events.isEmpty()) {
            return ": nobody has started it yet";
        }
        return exit + (exit.isEmpty() ? ": " : "; ")
                + "it has been stopped, or has autostart = false and has not been started";
    }
}
