package io.bulkhead.control.wire;

import io.bulkhead.spec.Instance;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code status} tells of one service.
 *
 * @param name within its group: {@code web}, or of several instances {@code web_00}
 * @param group the service
 * @param state {@code RUNNING}, …
 * @param code the state's number, as Supervisor has it
 * @param pid where a process runs
 * @param startedAt when the last process was started, ISO-8601
 * @param endedAt when the last process ended, ISO-8601
 * @param exit how it ended, in words
 * @param restarts how often it was restarted by itself since an operator or the daemon last started it
 * @param nextStart when it is started again, after a failure or as scheduled, ISO-8601
 * @param reason why it is in BACKOFF or FATAL, what it waits for, why it isn't ready, or that it is {@code paused}; else empty
 * @param broken whether it is FATAL since its configuration has errors, which are the reason
 * @param roll {@code waiting} where it runs on until its turn comes to be replaced, {@code halted} where that won't come since
 *     another has failed; else empty
 * @param description the third column of {@code status}, in the daemon's time zone; empty in some states
 * @param vitals how it is, by its own word
 */
public record ServiceView(
        String name,
        String group,
        String state,
        int code,
        OptionalInt pid,
        Optional<String> startedAt,
        Optional<String> endedAt,
        Optional<String> exit,
        int restarts,
        Optional<String> nextStart,
        String reason,
        boolean broken,
        String roll,
        String description,
        Vitals vitals) {
    /**
     * How a service is, by what it answers.
     *
     * @param ready whether it is up
     * @param health {@code UNHEALTHY} and the like in small letters; empty where it isn't asked
     * @param condition what came of the last health probe, in words; or empty
     * @param says what it tells it is doing; or empty
     */
    public record Vitals(boolean ready, String health, String condition, String says) {
        public static final Vitals NONE = new Vitals(false, "", "", "");
    }

    /** The whole name: {@code web}, or {@code web:web_00}. */
    public String shown() {
        return Instance.shown(group, name);
    }

    Map<String, Object> json() {
        return Fields.object(
                "name",
                name,
                "group",
                group,
                "state",
                state,
                "code",
                code,
                "pid",
                pid.isPresent() ? (Object) pid.getAsInt() : "",
                "startedAt",
                startedAt.orElse(""),
                "endedAt",
                endedAt.orElse(""),
                "exit",
                exit.orElse(""),
                "restarts",
                restarts,
                "nextStart",
                nextStart.orElse(""),
                "reason",
                reason,
                "broken",
                broken ? true : "",
                "roll",
                roll,
                "ready",
                vitals.ready,
                "health",
                vitals.health,
                "condition",
                vitals.condition,
                "says",
                vitals.says,
                "description",
                description);
    }

    static ServiceView of(Fields fields) throws WireException {
        return new ServiceView(
                fields.text("name"),
                fields.text("group"),
                fields.text("state"),
                fields.number("code"),
                fields.optionalNumber("pid"),
                fields.optionalText("startedAt"),
                fields.optionalText("endedAt"),
                fields.optionalText("exit"),
                fields.number("restarts"),
                fields.optionalText("nextStart"),
                fields.optionalText("reason").orElse(""),
                fields.flag("broken", false),
                fields.optionalText("roll").orElse(""),
                fields.optionalText("description").orElse(""),
                new Vitals(
                        fields.flag("ready", false),
                        fields.optionalText("health").orElse(""),
                        fields.optionalText("condition").orElse(""),
                        fields.optionalText("says").orElse("")));
    }
}
