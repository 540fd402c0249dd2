package io.bulkhead.reconcile;

import io.bulkhead.spec.Digest;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecChanges;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.spec.SupervisorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares configurations. */
final class Differences {
    private Differences() {}

    /** What changes when {@code after} takes the place of {@code before}. */
    static Changes between(HostSpec before, HostSpec after) {
        SortedMap<ServiceName, List<ServiceSpec>> were = before.declared();
        SortedMap<ServiceName, List<ServiceSpec>> are = after.declared();
        SortedSet<ServiceName> added = new TreeSet<>(are.keySet());
        added.removeAll(were.keySet());
        SortedSet<ServiceName> removed = new TreeSet<>(were.keySet());
        removed.addAll(before.broken().keySet());
        removed.removeAll(are.keySet());
        SortedMap<ServiceName, List<SpecKey.Change>> changed = new TreeMap<>();
        are.forEach((name, instances) -> {
            List<SpecKey.Change> changes = changes(were.getOrDefault(name, List.of()), instances);
            if (!changes.isEmpty()) {
                changed.put(name, changes);
            }
        });
        return new Changes(added, removed, changed, supervisor(before.supervisor(), after.supervisor()));
    }

    /** What is changed in all instances alike is told once, with the values of the first. */
    private static List<SpecKey.Change> changes(List<ServiceSpec> before, List<ServiceSpec> after) {
        Map<String, SpecKey.Change> changes = new LinkedHashMap<>();
        for (int i = 0; i < before.size() && i < after.size(); i++) {
            SpecChanges.between(before.get(i), after.get(i)).forEach(each -> changes.putIfAbsent(each.path(), each));
        }
        return List.copyOf(changes.values());
    }

    /**
     * A short name for all that a configuration declares: another one has another.
     *
     * @param secrets whether a secret's text counts, which can be told from another as long as the host isn't booted
     */
    static String hash(HostSpec host, boolean secrets) {
        StringBuilder all = new StringBuilder();
        settings(host.supervisor())
                .forEach((key, setting) ->
                        all.append(key).append('=').append(setting.value()).append('\n'));
        host.services().values().forEach(spec -> {
            all.append('\0').append(spec.name()).append('\n');
            for (SpecKey key : SpecKey.ALL) {
                String value = secrets ? key.value().apply(spec) : key.disclosed(spec);
                all.append(key.path()).append('=').append(value).append('\n');
            }
        });
        host.broken().keySet().forEach(name -> all.append('\0').append(name).append(" is broken\n"));
        return Digest.of(all.toString());
    }

    /** One of the daemon's own. */
    private record Setting(String value, SpecKey.Effect effect) {}

    private static List<SpecKey.Change> supervisor(SupervisorSpec before, SupervisorSpec after) {
        Map<String, Setting> was = settings(before);
        List<SpecKey.Change> changes = new ArrayList<>();
        settings(after).forEach((key, setting) -> {
            String old = Optional.ofNullable(was.get(key)).map(Setting::value).orElse("");
            if (!old.equals(setting.value())) {
                changes.add(new SpecKey.Change(
                        "supervisor." + key, old, setting.value(), Origin.DEFAULT, setting.effect()));
            }
        });
        return changes;
    }

    private static Map<String, Setting> settings(SupervisorSpec spec) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        settings.put("run-dir", new Setting(spec.runDir().toString(), SpecKey.Effect.RESTART));
        settings.put("state-dir", new Setting(spec.stateDir().toString(), SpecKey.Effect.RESTART));
        settings.put("generations", new Setting(Integer.toString(spec.generations()), SpecKey.Effect.LIVE));
        settings.put("log-dir", new Setting(spec.logDir().toString(), SpecKey.Effect.RESTART));
        settings.put("on-exit", new Setting(spec.onExit().name().toLowerCase(Locale.ROOT), SpecKey.Effect.LIVE));
        settings.put("reconcile.interval", new Setting(SpecKey.text(spec.reconcileInterval()), SpecKey.Effect.LIVE));
        settings.put("cgroup.parent", new Setting(spec.cgroupParent().orElse("auto"), SpecKey.Effect.RESTART));
        settings.put("control.socket", new Setting(spec.controlSocket().toString(), SpecKey.Effect.RESTART));
        settings.put("control.mode", new Setting(String.format("%04o", spec.controlMode()), SpecKey.Effect.RESTART));
        settings.put("control.group", new Setting(spec.controlGroup(), SpecKey.Effect.RESTART));
        return settings;
    }
}
