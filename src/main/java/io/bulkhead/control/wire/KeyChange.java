package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A changed key of a configuration.
 *
 * @param key its path below the service, or below {@code supervisor}
 * @param effect how the change is applied: {@code "live"} or {@code "restart"}
 * @param file where the new value stands; {@code default} where nobody wrote it
 * @param line 1 or more, or 0 where there is none
 */
public record KeyChange(String key, String before, String after, String effect, String file, int line) {
    /** Whether the change needs a new process. */
    public boolean restarts() {
        return effect.equals("restart");
    }

    static List<Object> json(List<KeyChange> changes) {
        List<Object> objects = new ArrayList<>();
        for (KeyChange change : changes) {
            Map<String, Object> object = Fields.object("key", change.key);
            // Even when empty: an empty value is a value.
            object.put("before", change.before);
            object.put("after", change.after);
            object.put("effect", change.effect);
            object.put("file", change.file);
            object.put("line", change.line);
            objects.add(object);
        }
        return objects;
    }

    static List<KeyChange> list(Fields fields, String key) throws WireException {
        List<KeyChange> changes = new ArrayList<>();
        for (Fields each : fields.objects(key)) {
            changes.add(new KeyChange(
                    each.text("key"),
                    each.text("before"),
                    each.text("after"),
                    each.text("effect"),
                    each.text("file"),
                    each.number("line")));
        }
        return changes;
    }
}
