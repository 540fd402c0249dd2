package io.bulkhead.reconcile;

import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.SupervisorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares two configurations. */
final class Differences {
    private Differences() {}

    /** What changes when {@code after} takes the place of {@code before}. */
    static Changes between(HostSpec before, HostSpec after) {
        SortedSet<ServiceName> added = new TreeSet<>(after.services().keySet());
        added.removeAll(before.services().keySet());
        SortedSet<ServiceName> removed = new TreeSet<>(before.services().keySet());
        removed.addAll(before.broken().keySet());
        removed.removeAll(after.services().keySet());
        SortedMap<ServiceName, List<SpecKey.Change>> changed = new TreeMap<>();
        after.services().forEach((name, spec) -> {
            if (before.services().containsKey(name)) {
                List<SpecKey.Change> changes = SpecKey.changes(before.services().get(name), spec);
                if (!changes.isEmpty()) {
                    changed.put(name, changes);
                }
            }
        });
        return new Changes(added, removed, changed, supervisor(before.supervisor(), after.supervisor()));
    }

    private static List<SpecKey.Change> supervisor(SupervisorSpec before, SupervisorSpec after) {
        List<SpecKey.Change> changes = new ArrayList<>();
        compare(changes, "run-dir", before.runDir(), after.runDir(), SpecKey.Effect.RESTART);
        compare(changes, "log-dir", before.logDir(), after.logDir(), SpecKey.Effect.RESTART);
        compare(changes, "on-exit", lower(before.onExit()), lower(after.onExit()), SpecKey.Effect.LIVE);
        compare(
                changes,
                "reconcile.interval",
                SpecKey.text(before.reconcileInterval()),
                SpecKey.text(after.reconcileInterval()),
                SpecKey.Effect.LIVE);
        compare(
                changes,
                "cgroup.parent",
                before.cgroupParent().orElse("auto"),
                after.cgroupParent().orElse("auto"),
                SpecKey.Effect.RESTART);
        compare(changes, "control.socket", before.controlSocket(), after.controlSocket(), SpecKey.Effect.RESTART);
        compare(
                changes,
                "control.mode",
                String.format("%04o", before.controlMode()),
                String.format("%04o", after.controlMode()),
                SpecKey.Effect.RESTART);
        compare(changes, "control.group", before.controlGroup(), after.controlGroup(), SpecKey.Effect.RESTART);
        return changes;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void compare(
            List<SpecKey.Change> changes, String key, Object before, Object after, SpecKey.Effect effect) {
        if (!before.equals(after)) {
            changes.add(new SpecKey.Change(
                    "supervisor." + key, before.toString(), after.toString(), Origin.DEFAULT, effect));
        }
    }
}
