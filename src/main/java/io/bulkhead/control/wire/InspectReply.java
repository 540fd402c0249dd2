package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The answer to {@code GET /v1/inspect/NAME}.
 *
 * @param keys every key of its configuration
 * @param groups its cgroups, absolute paths
 * @param limits what became of each limit that is asked for
 * @param hook the command that is run before or after it, while it runs
 * @param hardship what its group has come up against, in words
 * @param vitals what it answers to its probes, in words
 * @param processes all in its group
 * @param logs the files its output goes to
 */
public record InspectReply(
        ServiceView service,
        List<Key> keys,
        List<String> groups,
        List<Limit> limits,
        Optional<Hook> hook,
        List<String> hardship,
        List<String> vitals,
        List<Member> processes,
        List<String> logs) {
    public InspectReply {
        keys = List.copyOf(keys);
        groups = List.copyOf(groups);
        limits = List.copyOf(limits);
        hardship = List.copyOf(hardship);
        vitals = List.copyOf(vitals);
        processes = List.copyOf(processes);
        logs = List.copyOf(logs);
    }

    /**
     * A key.
     *
     * @param origin {@code FILE:LINE}; empty where it is the default
     */
    public record Key(String key, String value, String origin) {}

    /**
     * A limit.
     *
     * @param limitedBy the group above that allows no more; empty where none does
     */
    public record Limit(String key, String file, String asked, String written, String effective, String limitedBy) {}

    /**
     * A hook.
     *
     * @param point {@code pre-start} or {@code post-stop}
     * @param where {@code container} or {@code host}
     * @param command empty where the configuration has none any more
     * @param pid where it has been launched
     * @param timeout how long it may take, {@code 30 s}
     */
    public record Hook(String point, String where, List<String> command, OptionalInt pid, String timeout) {
        public Hook {
            command = List.copyOf(command);
        }

        Map<String, Object> json() {
            return Fields.object(
                    "point",
                    point,
                    "where",
                    where,
                    "command",
                    command,
                    "pid",
                    pid.isPresent() ? (Object) pid.getAsInt() : "",
                    "timeout",
                    timeout);
        }

        static Hook of(Fields fields) throws WireException {
            return new Hook(
                    fields.text("point"),
                    fields.text("where"),
                    fields.texts("command"),
                    fields.optionalNumber("pid"),
                    fields.text("timeout"));
        }
    }

    /** A process. */
    public record Member(int pid, String command) {}

    public Map<String, Object> json() {
        return Fields.object(
                "service",
                service.json(),
                "keys",
                keys.stream()
                        .map(k -> Fields.object("key", k.key, "value", k.value, "origin", k.origin))
                        .toList(),
                "groups",
                groups,
                "limits",
                limits.stream()
                        .map(l -> Fields.object(
                                "key",
                                l.key,
                                "file",
                                l.file,
                                "asked",
                                l.asked,
                                "written",
                                l.written,
                                "effective",
                                l.effective,
                                "limitedBy",
                                l.limitedBy))
                        .toList(),
                "hook",
                hook.isPresent() ? (Object) hook.get().json() : "",
                "hardship",
                hardship,
                "vitals",
                vitals,
                "processes",
                processes.stream()
                        .map(p -> Fields.object("pid", p.pid, "command", p.command))
                        .toList(),
                "logs",
                logs);
    }

    public static InspectReply of(Fields fields) throws WireException {
        List<Key> keys = new ArrayList<>();
        for (Fields key : fields.objects("keys")) {
            keys.add(new Key(
                    key.text("key"),
                    key.optionalText("value").orElse(""),
                    key.optionalText("origin").orElse("")));
        }
        List<Limit> limits = new ArrayList<>();
        for (Fields limit : fields.objects("limits")) {
            limits.add(new Limit(
                    limit.text("key"),
                    limit.text("file"),
                    limit.optionalText("asked").orElse(""),
                    limit.optionalText("written").orElse(""),
                    limit.optionalText("effective").orElse(""),
                    limit.optionalText("limitedBy").orElse("")));
        }
        List<Member> processes = new ArrayList<>();
        for (Fields process : fields.objects("processes")) {
            processes.add(new Member(
                    process.number("pid"), process.optionalText("command").orElse("")));
        }
        return new InspectReply(
                ServiceView.of(fields.object("service")),
                keys,
                fields.texts("groups"),
                limits,
                fields.has("hook") ? Optional.of(Hook.of(fields.object("hook"))) : Optional.empty(),
                fields.has("hardship") ? fields.texts("hardship") : List.of(),
                fields.texts("vitals"),
                processes,
                fields.texts("logs"));
    }
}
