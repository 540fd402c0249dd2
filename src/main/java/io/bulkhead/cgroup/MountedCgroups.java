package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Settings;
import io.bulkhead.cgroup.v1.Devices;
import io.bulkhead.cgroup.v1.LegacyHierarchy;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The driver over any mix of one v2 and several v1 hierarchies. */
final class MountedCgroups implements CgroupDriver {
    /** v2's and v1's. */
    private static final List<String> OOM_COUNTERS = List.of("memory.events", "memory.oom_control");

    private final Linux linux;
    private final Optional<UnifiedHierarchy> unified;
    private final List<LegacyHierarchy> legacy;
    private final List<Hierarchy> hierarchies = new ArrayList<>();
    private final GroupKiller killer;
    private final GroupRemover remover = new GroupRemover();
    private final MissingControllers missing;
    /** The groups made here that have not been killed since. */
    private final Set<String> unkilled = ConcurrentHashMap.newKeySet();
    /** The groups below each parent, as last listed. */
    private final Map<Path, Set<Path>> listed = new ConcurrentHashMap<>();

    /** @param managed the controllers that limits may need, of either version */
    MountedCgroups(
            Linux linux, List<Controller> managed, Optional<UnifiedHierarchy> unified, List<LegacyHierarchy> legacy) {
        this.linux = linux;
        this.unified = unified;
        this.legacy = List.copyOf(legacy);
        unified.ifPresent(hierarchies::add);
        hierarchies.addAll(legacy);
        this.killer = new GroupKiller(linux, hierarchies);
        this.missing = new MissingControllers(managed, unified, this.legacy);
    }

    @Override
    public boolean claim() throws ErrnoException {
        ParentGroup first = hierarchies.get(0).parent();
        first.make();
        // Held until the process ends, however it does.
        int directory = linux.open(first.directory().toString(), Linux.O_RDONLY | Linux.O_DIRECTORY);
        if (linux.tryLock(directory)) {
            return true;
        }
        linux.close(directory);
        return false;
    }

    @Override
    public Set<String> list() throws ErrnoException {
        Set<String> groups = GroupProcesses.names(hierarchies, listed);
        groups.remove(CgroupDrivers.DAEMON_LEAF);
        // systemd runs a unit's ExecReload= in .control of a delegated tree; a service's name can't begin like that.
        groups.removeIf(name -> name.startsWith("."));
        // Bytes that are no text in this locale: such a name can't be told apart from others, nor be used.
        groups.removeIf(name -> name.indexOf('\uFFFD') >= 0);
        return groups;
    }

    @Override
    public void create(String group) throws ErrnoException {
        // Linux (seen on 6.18) kills whoever is born by CLONE_INTO_CGROUP into a group whose cgroup.kill was ever
        // used: it compares the count of kills of that group with that of the parent's. Only a new group helps.
        if (unified.isPresent() && !unkilled.contains(group) && !unified.get().populated(group)) {
            remover.remove(List.of(unified.get().parent().child(group)));
        }
        unkilled.add(group);
        for (Hierarchy hierarchy : hierarchies) {
            hierarchy.create(group);
            Checkpoint.GROUP_HALF_MADE.reached();
        }
    }

    @Override
    public List<LimitWrite> apply(String group, Limits limits) throws ErrnoException {
        return perController(group, limits, Settings::apply);
    }

    @Override
    public List<LimitWrite> differences(String group, Limits limits) throws ErrnoException {
        return perController(group, limits, Settings::differences);
    }

    private interface Step {
        List<Settings.Difference> take(GroupFiles files, List<Setting> settings) throws ErrnoException;
    }

    private List<LimitWrite> perController(String group, Limits limits, Step step) throws ErrnoException {
        Set<String> reaching = new TreeSet<>();
        for (Hierarchy hierarchy : hierarchies) {
            hierarchy.controllers(group).forEach(controller -> reaching.add(controller.name()));
        }
        missing.check(group, limits, reaching);
        List<LimitWrite> writes = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller controller : hierarchy.controllers(group)) {
                Path directory = hierarchy.parent().child(group);
                GroupFiles files = hierarchy.parent().files(group);
                for (Settings.Difference difference : step.take(files, controller.settings(limits))) {
                    Setting setting = difference.setting();
                    Path file = directory.resolve(setting.file());
                    writes.add(new LimitWrite(setting.key(), file, difference.before(), setting.readBack()));
                }
            }
        }
        return writes;
    }

    @Override
    public List<String> unsupported(Limits limits) throws ErrnoException {
        return missing.of(limits);
    }

    @Override
    public JoinAtBirth join(String group) {
        return new JoinAtBirth(
                unified.map(v2 -> v2.parent().child(group)),
                legacy.stream()
                        .map(v1 -> v1.parent().child(group).resolve("tasks"))
                        .toList());
    }

    @Override
    public Set<Integer> processes(String group) throws ErrnoException {
        return GroupProcesses.in(hierarchies, group);
    }

    @Override
    public boolean populated(String group) throws ErrnoException {
        // v2 keeps count, so v1 is only read for those who are in no v2 group.
        return (unified.isPresent() && unified.get().populated(group))
                || !GroupProcesses.in(legacy, group).isEmpty();
    }

    @Override
    public void freeze(String group) throws ErrnoException {
        killer.freeze(group);
    }

    @Override
    public void thaw(String group) throws ErrnoException {
        killer.thaw(group);
    }

    @Override
    public void killAll(String group) throws ErrnoException {
        unkilled.remove(group);
        killer.killAll(group);
        Checkpoint.GROUP_KILLED.reached();
    }

    @Override
    public Removal remove(String group) throws ErrnoException {
        return remover.remove(
                hierarchies.stream().map(h -> h.parent().child(group)).toList());
    }

    @Override
    public OptionalLong oomKills(String group) {
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            for (String file : OOM_COUNTERS) {
                OptionalLong kills = counter(files, file, "oom_kill");
                if (kills.isPresent()) {
                    return kills;
                }
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong counter(GroupFiles files, String file, String key) {
        try {
            return files.has(file) ? FlatKeyed.value(files.read(file), key) : OptionalLong.empty();
        } catch (ErrnoException e) {
            return OptionalLong.empty(); // removed meanwhile
        }
    }

    @Override
    public Optional<Path> eventsFile(String group) {
        return unified.map(v2 -> v2.parent().child(group).resolve("cgroup.events"));
    }

    @Override
    public boolean controlsDevices() {
        return legacy.stream().flatMap(v1 -> v1.controllers().stream()).anyMatch(Devices.class::isInstance);
    }

    @Override
    public void removeParentIfEmpty() {
        hierarchies.forEach(hierarchy -> hierarchy.parent().removeIfEmpty());
    }
}
