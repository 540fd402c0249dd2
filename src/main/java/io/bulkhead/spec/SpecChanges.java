package io.bulkhead.spec;

import io.bulkhead.spec.SpecKey.Change;
import io.bulkhead.spec.SpecKey.Effect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** What differs between two specs of a service. */
public final class SpecChanges {
    private static final String UNSET = "unset";

    private final ServiceSpec before;
    private final ServiceSpec after;
    private final Map<String, Change> changes = new LinkedHashMap<>();

    private SpecChanges(ServiceSpec before, ServiceSpec after) {
        this.before = before;
        this.after = after;
    }

    /** In the order of {@link SpecKey#ALL}; of variables and secrets, each by itself. */
    public static List<Change> between(ServiceSpec before, ServiceSpec after) {
        SpecChanges changes = new SpecChanges(before, after);
        SpecKey.ALL.forEach(changes::compare);
        return List.copyOf(changes.changes.values());
    }

    private void compare(SpecKey key) {
        String was = WrittenForm.of(key.path(), key.value().apply(before));
        String is = WrittenForm.of(key.path(), key.value().apply(after));
        if (was.equals(is)) {
            return;
        }
        switch (key.path()) {
            case SpecKey.SECRETS ->
                Secret.changes(before.secrets(), after.secrets())
                        .forEach((name, change) ->
                                add(SpecKey.SECRETS + "." + name, change.before(), change.after(), Effect.RESTART));
            case SpecKey.ENVIRONMENT -> variables();
            default -> {
                Change harder = changes.get(key.path());
                add(key.path(), was, is, harder == null ? key.effect() : harder.effect());
            }
        }
    }

    private void variables() {
        SortedSet<String> names = new TreeSet<>(before.environment().keySet());
        names.addAll(after.environment().keySet());
        for (String name : names) {
            String was = before.environment().getOrDefault(name, UNSET);
            String is = after.environment().getOrDefault(name, UNSET);
            if (!was.equals(is)
                    || before.environment().containsKey(name)
                            != after.environment().containsKey(name)) {
                add(SpecKey.ENVIRONMENT + "." + name, was, is, Effect.RESTART);
            }
        }
    }

    private void add(String path, String was, String is, Effect effect) {
        changes.put(path, new Change(path, was, is, after.originOf(path), effect));
    }
}
