package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The answer to {@code GET /v1/plan}, {@code POST /v1/reload}, {@code apply} and {@code rollback}: how one configuration differs
 * from another. Services are sorted by name.
 *
 * @param supervisor changed settings of the daemon itself
 * @param notes what limits will do otherwise than asked, a sentence each
 * @param hash of a plan: by it, it can be applied; or empty
 * @param generation of what was applied: the one in force since; or 0
 * @param failure of what was applied and watched: why it isn't in force any more; or empty
 */
public record ChangesReply(
        List<String> added,
        List<String> removed,
        List<ServiceChange> changed,
        List<KeyChange> supervisor,
        List<String> notes,
        String hash,
        int generation,
        String failure) {
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
                notes.isEmpty() ? "" : notes,
                "hash",
                hash,
                "generation",
                generation == 0 ? "" : generation,
                "failure",
                failure);
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
                fields.texts("notes"),
                fields.optionalText("hash").orElse(""),
                fields.optionalNumber("generation").orElse(0),
                fields.optionalText("failure").orElse(""));
    }
}
