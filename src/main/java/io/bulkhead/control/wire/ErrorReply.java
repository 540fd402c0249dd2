package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The body of every answer whose status isn't 200.
 *
 * @param error a sentence
 * @param facts more about it, a sentence each
 * @param problems with status 422: everything that is wrong with the configuration
 */
public record ErrorReply(String error, List<String> facts, List<Problem> problems) {
    /**
     * One thing that is wrong with a configuration.
     *
     * @param line 1 or more, or 0 where there is none
     * @param key the key's full path, or empty
     */
    public record Problem(String file, int line, String key, String message) {
        @Override
        public String toString() {
            return file + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + message;
        }
    }

    public ErrorReply {
        facts = List.copyOf(facts);
        problems = List.copyOf(problems);
    }

    public ErrorReply(String error) {
        this(error, List.of(), List.of());
    }

    public Map<String, Object> json() {
        Map<String, Object> object = Fields.object("error", error);
        if (!facts.isEmpty()) {
            object.put("facts", facts);
        }
        if (!problems.isEmpty()) {
            List<Object> objects = new ArrayList<>();
            for (Problem each : problems) {
                objects.add(
                        Fields.object("file", each.file, "line", each.line, "key", each.key, "message", each.message));
            }
            object.put("problems", objects);
        }
        return object;
    }

    public static ErrorReply of(Fields fields) throws WireException {
        List<Problem> problems = new ArrayList<>();
        for (Fields each : fields.objects("problems")) {
            problems.add(new Problem(
                    each.text("file"),
                    each.number("line"),
                    each.optionalText("key").orElse(""),
                    each.text("message")));
        }
        return new ErrorReply(fields.text("error"), fields.texts("facts"), problems);
    }
}
