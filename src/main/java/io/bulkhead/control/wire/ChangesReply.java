package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The answer to {@code GET /v1/plan} and {@code GET /v1/reread}: how the configuration on disk differs from the one in
 * force. Services are sorted by name.
 *
 * @param supervisor changed settings of the daemon itself
 * @param notes what limits will do otherwise than asked, a sentence each
 */
public record ChangesReply(
        List<String> added,
        List<String> removed,
        List<ServiceChange> changed,
        List<KeyChange> supervisor,
        List<String> notes) {
    public ChangesReply {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
        supervisor = List.copyOf(supervisor);
        notes = List.copyOf(notes);
    }

    public boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty() && changed.isEmpty() && supervisor.isEmpty();
    }

    public Map<String, Object> json() {
        List<Object> objects = new ArrayList<>();
        for (ServiceChange change : changed) {
            objects.add(Fields.object("name", change.name(), "keys", KeyChange.json(change.keys())));
        }
        return Fields.object(
                "added",
                added,
                "removed",
                removed,
                "changed",
                objects,
                "supervisor",
                KeyChange.json(supervisor),
                "notes",
                notes.isEmpty() ? "" : notes);
    }

    public static ChangesReply of(Fields fields) throws WireException {
        List<ServiceChange> changed = new ArrayList<>();
        for (Fields each : fields.objects("changed")) {
            changed.add(new ServiceChange(each.text("name"), KeyChange.list(each, "keys")));
        }
        return new ChangesReply(
                fields.texts("added"),
                fields.texts("removed"),
                changed,
                KeyChange.list(fields, "supervisor"),
                fields.texts("notes"));
    }
}
