package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The answer to {@code GET /v1/generations}: the configurations that were in force, from the oldest that is kept. */
public record GenerationsReply(List<One> generations) {
    /**
     * One of them.
     *
     * @param at ISO-8601
     * @param by whose word it was
     * @param cause {@code reload}, {@code rollback to 3}, {@code start}, …
     * @param changes from the one before, in short; or empty
     * @param current whether it is in force
     * @param held whether it is in force against what the files say
     * @param watchedUntil ISO-8601, as long as it has to show that it works; or empty
     */
    public record One(
            int number,
            String at,
            String by,
            String cause,
            String changes,
            String hash,
            boolean current,
            boolean held,
            String watchedUntil) {}

    public GenerationsReply {
        generations = List.copyOf(generations);
    }

    public Map<String, Object> json() {
        List<Object> objects = new ArrayList<>();
        for (One one : generations) {
            objects.add(Fields.object(
                    "number",
                    one.number,
                    "at",
                    one.at,
                    "by",
                    one.by,
                    "cause",
                    one.cause,
                    "changes",
                    one.changes,
                    "hash",
                    one.hash,
                    "current",
                    one.current,
                    "held",
                    one.held,
                    "watchedUntil",
                    one.watchedUntil));
        }
        return Fields.object("generations", objects);
    }

    public static GenerationsReply of(Fields fields) throws WireException {
        List<One> generations = new ArrayList<>();
        for (Fields each : fields.objects("generations")) {
            generations.add(new One(
                    each.number("number"),
                    each.text("at"),
                    each.text("by"),
                    each.text("cause"),
                    each.optionalText("changes").orElse(""),
                    each.text("hash"),
                    each.flag("current", false),
                    each.flag("held", false),
                    each.optionalText("watchedUntil").orElse("")));
        }
        return new GenerationsReply(generations);
    }
}
