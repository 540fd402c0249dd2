package io.bulkhead.reconcile;

import io.bulkhead.events.Event;
import io.bulkhead.events.Event.Kind;
import io.bulkhead.events.History;
import io.bulkhead.health.Prober;
import io.bulkhead.plan.Action;
import io.bulkhead.plan.Plan;
import io.bulkhead.spec.LocalTimes;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.Progress;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what happens: a line in the daemon's log, and an event in the history. Owned by the loop's thread. */
final class Chronicle {
    private static final Logger log = LoggerFactory.getLogger(Chronicle.class);
    /** A reload may change everything; an event is to stay a line. */
    private static final int MAX_NAMED = 20;

    private static final String NOTHING = "nothing has changed";

    private final History history;

    Chronicle(History history) {
        this.history = history;
    }

    /** Makes all that was said known to readers. */
    void flush() {
        history.flush();
    }

    /** Every change of state that a plan makes. */
    void states(Map<ServiceName, ServiceStatus> before, Plan plan, Instant now) {
        // By name: of several instances, the next one goes because the one before has come.
        Map<ServiceName, ServiceStatus> changed = new TreeMap<>();
        plan.statuses().forEach((name, status) -> {
            ServiceStatus was = before.getOrDefault(name, ServiceStatus.NEW);
            if (was.state() != status.state() || !halted(was).equals(halted(status))) {
                changed.put(name, status);
            }
        });
        changed.forEach((name, status) -> {
            ServiceStatus was = before.getOrDefault(name, ServiceStatus.NEW);
            if (was.state() != status.state()) {
                state(name, was, status, cause(name, plan), now);
            }
            halted(status)
                    .filter(why -> !halted(was).equals(Optional.of(why)))
                    .ifPresent(why -> halted(name, why, now));
        });
    }

    /** Why one that runs will not be replaced, as it was to be. */
    private static Optional<String> halted(ServiceStatus status) {
        return status.progress()
                .waiting()
                .filter(waiting -> waiting.hopeless() && status.process().isPresent())
                .map(Progress.Waiting::reason);
    }

    private void halted(ServiceName name, String why, Instant now) {
        log.warn("service={} {}", name, why);
        history.add(new Event(now, Kind.CONFIGURATION, name.value(), why, Map.of("halted", true)));
    }

    private static String cause(ServiceName name, Plan plan) {
        for (Action action : plan.actions()) {
            if (action.target().equals(name.value())) {
                return action.reason();
            }
        }
        return "";
    }

    private void state(ServiceName name, ServiceStatus before, ServiceStatus after, String cause, Instant now) {
        boolean ended = before.process().isPresent() && after.process().isEmpty();
        String exit = ended ? after.lastExit().map(Object::toString).orElse("") : "";
        String pid = after.process().map(ProcessId::toString).orElse("");
        long wait = Duration.between(now, after.due().orElse(now)).toMillis();
        boolean waits = after.state() == ServiceState.BACKOFF;
        log.info(
                "service={} state={}->{}{}{} restarts={}{}{}",
                name,
                before.state(),
                after.state(),
                pid.isEmpty() ? "" : " pid=" + pid,
                after.lastExit().map(e -> " exit=\"" + e + "\"").orElse(""),
                after.restartCount(),
                waits ? " next=" + wait + "ms" : "",
                after.reason().isEmpty() ? "" : " reason=\"" + after.reason() + "\"");
        Map<String, Object> details = new HashMap<>();
        details.put("from", before.state().name());
        details.put("to", after.state().name());
        after.process().ifPresent(process -> details.put("pid", process.pid()));
        put(details, "exit", exit);
        put(details, "reason", after.reason());
        put(details, "cause", cause);
        details.put("restarts", after.restartCount());
        if (waits) {
            after.due().ifPresent(due -> details.put("next", due.toString()));
        }
        String text = before.state() + " -> " + after.state()
                + (pid.isEmpty() ? "" : ", pid " + pid)
                + (exit.isEmpty() || after.reason().contains(exit) ? "" : ", " + exit)
                + (after.reason().isEmpty() ? "" : ": " + after.reason())
                + (cause.isEmpty() ? "" : " (" + cause + ")")
                + (waits ? ", next start in " + SpecKey.text(Duration.ofMillis(Math.max(0, wait))) : "");
        history.add(new Event(now, Kind.STATE, name.value(), text, details));
    }

    private static void put(Map<String, Object> details, String key, String value) {
        if (!value.isEmpty()) {
            details.put(key, value);
        }
    }

    void launched(ServiceName name, ProcessId process, Instant at) {
        String text = "pid " + process + " launched";
        history.add(new Event(at, Kind.LAUNCH, name.value(), text, Map.of("pid", process.pid())));
    }

    /** @param text how */
    void moved(ServiceName name, ProcessId process, ProcessId before, String text) {
        log.info("service={} {}", name, text);
        history.add(Kind.MAINPID, name.value(), text, Map.of("pid", process.pid(), "before", before.pid()));
    }

    void passedOver(ServiceName name, int pid, String why) {
        String text = "MAINPID=" + pid + " is passed over: " + why;
        log.info("service={} {}", name, text);
        history.add(Kind.MAINPID, name.value(), text, Map.of("named", pid, "error", why));
    }

    void notLaunched(ServiceName name, String failure) {
        log.warn("service={} not started: {}", name, failure);
        history.add(Kind.LAUNCH, name.value(), "not started: " + failure, Map.of("error", failure));
    }

    void hookLaunched(ServiceName name, Object point, ProcessId process, Instant at) {
        log.debug("service={} hook={} pid={}", name, point, process);
        String text = point + ": pid " + process + " launched";
        history.add(
                new Event(at, Kind.HOOK, name.value(), text, Map.of("hook", point.toString(), "pid", process.pid())));
    }

    void hookAdopted(ServiceName name, Object point, ProcessId process) {
        log.info("service={} hook={} pid={} taken up", name, point, process);
        String text = point + ": pid " + process + " taken up";
        history.add(Kind.ADOPTION, name.value(), text, Map.of("hook", point.toString(), "pid", process.pid()));
    }

    void hookEnded(ServiceName name, Object point, ExitStatus exit, String hardship) {
        String how = exit + (hardship.isEmpty() ? "" : "; " + hardship);
        if (!exit.equals(new ExitStatus.Exited(0))) {
            hookFailed(name, point, how);
            return;
        }
        log.debug("service={} hook={} {}", name, point, how);
        history.add(Kind.HOOK, name.value(), point + ": " + how, Map.of("hook", point.toString()));
    }

    void hookFailed(ServiceName name, Object point, String how) {
        log.warn("service={} hook={} {}", name, point, how);
        history.add(Kind.HOOK, name.value(), point + ": " + how, Map.of("hook", point.toString(), "error", how));
    }

    void adopted(ServiceName name, ProcessId process, Instant startedAt) {
        log.info("service={} pid={} taken up, started={}", name, process, startedAt);
        history.add(
                Kind.ADOPTION,
                name.value(),
                "pid " + process + " taken up, running since " + LocalTimes.text(startedAt),
                Map.of("pid", process.pid(), "startedAt", startedAt.toString()));
    }

    void endedUnseen(ServiceName name, ProcessId process) {
        log.warn("service={} pid={} ended while no daemon ran", name, process);
        history.add(
                Kind.ADOPTION,
                name.value(),
                "pid " + process + " ended while no daemon ran",
                Map.of("pid", process.pid()));
    }

    /** The log of a service has met with something; {@code logs} has said so in the daemon's own. */
    void output(ServiceName name, String what) {
        history.add(Kind.LOG, name.value(), what, Map.of());
    }

    /** What a probe finds is no longer as it was. */
    void probed(ServiceName name, Prober.Change change) {
        String text = change.what() + ": " + change.from() + " -> " + change.to();
        log.info("service={} {} ({})", name, text, change.cause());
        Map<String, Object> details = new HashMap<>();
        details.put("what", change.what());
        details.put("from", change.from());
        details.put("to", change.to());
        put(details, "cause", change.cause());
        put(details, "evidence", change.evidence());
        String cause = change.cause().isEmpty() ? "" : " (" + change.cause() + ")";
        history.add(Kind.PROBE, name.value(), text + cause, details);
    }

    /** An action is begun; those whose outcome tells more are left out. */
    void begun(Action action) {
        log.debug(
                "service={} action={} reason={}",
                action.target(),
                action.getClass().getSimpleName(),
                action.reason());
        Map<String, Object> cause = Map.of("cause", action.reason());
        if (action instanceof Action.KillGroup) {
            history.add(
                    Kind.KILL,
                    action.target(),
                    "all that is left in the group killed (" + action.reason() + ")",
                    cause);
        } else if (action instanceof Action.RemoveGroup) {
            history.add(Kind.REMOVAL, action.target(), "group removed (" + action.reason() + ")", cause);
        } else if (action instanceof Action.Forget) {
            log.info("service={} removed", action.target());
            history.add(Kind.REMOVAL, action.target(), "removed (" + action.reason() + ")", cause);
        }
    }

    /** @param sent what {@link io.bulkhead.process.WatchedProcess#signal} says */
    void signalled(Action.SendSignal action, Signal sent) {
        boolean other = sent != action.signal();
        Map<String, Object> details = new HashMap<>();
        details.put("signal", sent.name());
        details.put("pid", action.process().pid());
        details.put("cause", action.reason());
        if (other) {
            details.put("asked", action.signal().name());
        }
        history.add(
                Kind.SIGNAL,
                action.target(),
                "SIG" + sent + " to pid " + action.process()
                        + (other ? ", in place of SIG" + action.signal() + ", which process 1 has no handler for" : "")
                        + " (" + action.reason() + ")",
                details);
    }

    void skipped(Action.SkipRun skip) {
        log.warn("service={} {}", skip.service(), skip.reason());
        history.add(Kind.SCHEDULE, skip.target(), skip.reason(), Map.of());
    }

    void applied(Action.ApplyLimits apply) {
        for (Observed.Difference d : apply.differences()) {
            log.info(
                    "service={} {} {}: {} -> {}",
                    apply.target(),
                    apply.drift() ? "drift repaired" : "limit changed",
                    d.key(),
                    d.found(),
                    d.wanted());
            if (apply.drift()) {
                drift(apply.target(), d, true);
            } else {
                history.add(
                        Kind.LIMIT,
                        apply.target(),
                        d.key() + ": " + d.found() + " -> " + d.wanted() + " (" + apply.reason() + ")",
                        Map.of("key", d.key(), "before", d.found(), "after", d.wanted(), "cause", apply.reason()));
            }
        }
    }

    void notApplied(Action.ApplyLimits apply, String why) {
        log.warn("service={} limits not in force: {}", apply.target(), why);
        history.add(Kind.LIMIT, apply.target(), "limits not in force: " + why, Map.of("error", why));
    }

    /** Limits have drifted and are to stay as they are. */
    void drifted(ServiceName name, List<Observed.Difference> differences) {
        for (Observed.Difference d : differences) {
            log.warn("service={} drift {}: found {}, declared {}", name, d.key(), d.found(), d.wanted());
            drift(name.value(), d, false);
        }
    }

    private void drift(String name, Observed.Difference d, boolean repaired) {
        history.add(
                Kind.DRIFT,
                name,
                d.key() + ": found " + d.found() + ", declared " + d.wanted() + (repaired ? ": repaired" : ""),
                Map.of("key", d.key(), "found", d.found(), "declared", d.wanted(), "repaired", repaired));
    }

    /** @param cause why another configuration is in force: {@code read again} */
    void changed(String cause, int generation, Changes changes) {
        String text = summary(changes);
        Map<String, Object> details = new HashMap<>();
        details.put("generation", generation);
        parts(changes, details);
        log.info("generation={} {}: {}", generation, cause, text.isEmpty() ? NOTHING : text);
        history.add(Kind.CONFIGURATION, "", cause + ": " + (text.isEmpty() ? NOTHING : text), details);
    }

    /** How it differs from what was in force, in short; empty where it doesn't. */
    static String summary(Changes changes) {
        return String.join("; ", parts(changes, new HashMap<>()));
    }

    /** What becomes of a generation that has to show that it works, or of one that the files don't say. */
    void generation(int number, String text) {
        log.info("{}", text);
        history.add(Kind.CONFIGURATION, "", text, Map.of("generation", number));
    }

    private static List<String> parts(Changes changes, Map<String, Object> details) {
        List<String> parts = new ArrayList<>();
        named(parts, details, "added", names(changes.added()));
        named(parts, details, "removed", names(changes.removed()));
        List<String> changed = new ArrayList<>();
        changes.changed()
                .forEach((name, keys) -> changed.add(
                        name + " (" + keys.stream().map(SpecKey.Change::path).collect(Collectors.joining(", ")) + ")"));
        named(parts, details, "changed", changed);
        named(
                parts,
                details,
                "supervisor",
                changes.supervisor().stream().map(SpecKey.Change::path).toList());
        return parts;
    }

    private static List<String> names(java.util.Collection<ServiceName> names) {
        return names.stream().map(ServiceName::value).toList();
    }

    private static void named(List<String> parts, Map<String, Object> details, String key, List<String> values) {
        if (values.isEmpty()) {
            return;
        }
        List<String> shown = values.subList(0, Math.min(MAX_NAMED, values.size()));
        String more = values.size() > MAX_NAMED ? " and " + (values.size() - MAX_NAMED) + " more" : "";
        parts.add(key + " " + String.join(", ", shown) + more);
        details.put(key, List.copyOf(shown));
    }

    void refused(List<Problem> problems) {
        List<String> texts = problems.stream().map(Problem::toString).toList();
        List<String> parts = new ArrayList<>();
        Map<String, Object> details = new HashMap<>();
        named(parts, details, "problems", texts);
        String more = texts.size() > 1 ? ", and " + (texts.size() - 1) + " more errors" : "";
        history.add(Kind.CONFIGURATION, "", "refused: " + texts.get(0) + more, details);
    }

    /** @param service the one concerned, or empty */
    void asked(String command, String service, String by) {
        history.add(Kind.COMMAND, service, command + ", by " + by, Map.of("command", command, "by", by));
    }

    void daemon(String text, Map<String, Object> details) {
        history.add(Kind.DAEMON, "", text, details);
    }
}
