package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.GroupTree;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Settings;
import io.bulkhead.cgroup.v1.LegacyHierarchy;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Limits;
import io.bulkhead.status.Usage;
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
    private final Linux linux;
    private final Optional<UnifiedHierarchy> unified;
    private final List<LegacyHierarchy> legacy;
    private final List<Hierarchy> hierarchies = new ArrayList<>();
    private final GroupKiller killer;
    private final GroupRemover remover;
    private final MissingControllers missing;
    private final Ancestry ancestry;
    private final MemoryNotices notices;
    private final UsageReader usage;
    private final boolean controlsDevices;
    /** The groups made here that have not been killed since. */
    private final Set<String> unkilled = ConcurrentHashMap.newKeySet();
    /** The groups below each parent, as last listed. */
    private final Map<Path, Set<Path>> listed = new ConcurrentHashMap<>();
    /** The limits that each group was last made to hold, or found to; empty where nobody knows what it holds. */
    private final Map<String, Limits> held = new ConcurrentHashMap<>();

    /** @param known every controller that limits may need, v2's first */
    MountedCgroups(
            Linux linux,
            List<Controller> known,
            Optional<UnifiedHierarchy> unified,
            List<LegacyHierarchy> legacy,
            boolean controlsDevices) {
        this.linux = linux;
        this.unified = unified;
        this.legacy = List.copyOf(legacy);
        unified.ifPresent(hierarchies::add);
        hierarchies.addAll(legacy);
        this.killer = new GroupKiller(linux, hierarchies);
        this.remover = new GroupRemover(linux);
        this.ancestry = new Ancestry(linux);
        this.notices = new MemoryNotices(linux, unified, hierarchies);
        this.usage = new UsageReader(unified, legacy);
        this.controlsDevices = controlsDevices;
        this.missing = new MissingControllers(linux, known, unified, hierarchies);
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
        boolean isNew = true;
        for (Hierarchy hierarchy : hierarchies) {
            isNew &= hierarchy.create(group);
            Checkpoint.GROUP_HALF_MADE.reached();
        }
        if (isNew) {
            held.put(group, Limits.NONE);
        }
    }

    @Override
    public boolean isWhole(String group) {
        return hierarchies.stream().allMatch(hierarchy -> hierarchy.parent().has(group));
    }

    @Override
    public List<LimitWrite> apply(String group, Limits limits) throws ErrnoException {
        boolean thorough = !isHeld(group, limits);
        Optional<Limits> before = Optional.ofNullable(held.remove(group));
        if (thorough) {
            missing.check(group, limits);
            bringDown(group, limits);
        }
        List<LimitWrite> writes = new ArrayList<>();
        each(group, limits, before, (hierarchy, files, settings) -> {
            for (Settings.Difference difference : Settings.apply(files, settings, thorough)) {
                writes.add(write(hierarchy, group, difference));
            }
        });
        held.put(group, limits);
        return writes;
    }

    @Override
    public List<LimitWrite> differences(String group, Limits limits) throws ErrnoException {
        boolean thorough = !isHeld(group, limits);
        List<LimitWrite> differences = new ArrayList<>();
        each(group, limits, Optional.ofNullable(held.get(group)), (hierarchy, files, settings) -> {
            for (Settings.Difference difference : Settings.differences(files, settings, thorough)) {
                differences.add(write(hierarchy, group, difference));
            }
        });
        if (thorough) {
            differences.addAll(outOfReach(group, limits));
            if (differences.isEmpty()) {
                held.put(group, limits);
            }
        }
        return differences;
    }

    private boolean isHeld(String group, Limits limits) {
        return limits.equals(held.get(group));
    }

    private interface Step {
        void take(Hierarchy hierarchy, GroupFiles files, List<Setting> settings) throws ErrnoException;
    }

    /**
     * Takes a step for each controller, with those of its settings that matter: what is asked for, and what was.
     *
     * @param before the limits the group holds, if that is known; else all of them matter
     */
    private void each(String group, Limits limits, Optional<Limits> before, Step step) throws ErrnoException {
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            for (Controller controller : hierarchy.controllers(group)) {
                List<Setting> settings = controller.settings(limits);
                if (before.isPresent()) {
                    Set<String> earlier =
                            before.get().equals(limits) ? Set.of() : asked(controller.settings(before.get()));
                    settings = new ArrayList<>(settings);
                    settings.removeIf(setting -> !setting.asked() && !earlier.contains(setting.file()));
                }
                if (!settings.isEmpty()) {
                    step.take(hierarchy, files, settings);
                }
            }
        }
    }

    private static Set<String> asked(List<Setting> settings) {
        Set<String> files = new TreeSet<>();
        for (Setting setting : settings) {
            if (setting.asked()) {
                files.add(setting.file());
            }
        }
        return files;
    }

    private static LimitWrite write(Hierarchy hierarchy, String group, Settings.Difference difference) {
        Path file = hierarchy.parent().child(group).resolve(difference.setting().file());
        return new LimitWrite(
                difference.setting().key(),
                file.normalize(),
                difference.write().before(),
                difference.write().after());
    }

    /** Limits of controllers that don't reach the group yet. */
    private List<LimitWrite> outOfReach(String group, Limits limits) throws ErrnoException {
        List<LimitWrite> writes = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller controller : outOfReach(hierarchy, group)) {
                for (Setting setting : controller.settings(limits)) {
                    if (setting.asked()) {
                        Path file = hierarchy.parent().child(group).resolve(setting.file());
                        writes.add(new LimitWrite(setting.key(), file, "not in force", "in force"));
                    }
                }
            }
        }
        return writes;
    }

    private static List<Controller> outOfReach(Hierarchy hierarchy, String group) throws ErrnoException {
        List<Controller> far = new ArrayList<>(hierarchy.offered());
        far.removeAll(hierarchy.controllers(group));
        return far;
    }

    private void bringDown(String group, Limits limits) throws ErrnoException {
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller controller : outOfReach(hierarchy, group)) {
                if (!asked(controller.settings(limits)).isEmpty()) {
                    hierarchy.bringDown(controller.name());
                }
            }
        }
    }

    @Override
    public List<Unsupported> unsupported(Limits limits) throws ErrnoException {
        return missing.of(limits);
    }

    @Override
    public MemoryNotices memoryNotices() {
        return notices;
    }

    @Override
    public List<LimitReport> report(String group, Limits limits) throws ErrnoException {
        List<LimitReport> reports = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            for (Controller controller : hierarchy.controllers(group)) {
                for (Setting setting : controller.settings(limits)) {
                    if (setting.asked() && files.has(setting.file())) {
                        reports.add(ancestry.report(hierarchy, group, setting));
                    }
                }
            }
        }
        return reports;
    }

    @Override
    public List<Foreseen> foresee(String group, Limits limits) throws ErrnoException {
        List<Foreseen> foreseen = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller controller : hierarchy.offered()) {
                foreseen.addAll(ancestry.foresee(hierarchy, group, controller.settings(limits)));
            }
        }
        return foreseen;
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
    public Subgroup below(String group, String name) {
        return tracking()
                .<Subgroup>map(tree -> new TrackedSubgroup(linux, tree, group, name, join(group)))
                .orElseGet(() -> new NoSubgroup(join(group)));
    }

    @Override
    public Set<String> below(String group) throws ErrnoException {
        Optional<Hierarchy> tree = tracking();
        return tree.isPresent() ? GroupProcesses.below(tree.get().parent().child(group)) : Set.of();
    }

    /** Where processes are told apart and stopped. */
    private Optional<Hierarchy> tracking() {
        return unified.<Hierarchy>map(v2 -> v2)
                .or(() -> hierarchies.stream()
                        .filter(h -> h.freezer().isPresent())
                        .findFirst());
    }

    @Override
    public Set<String> offered() throws ErrnoException {
        Set<String> names = new TreeSet<>();
        for (Hierarchy hierarchy : hierarchies) {
            for (Controller controller : hierarchy.offered()) {
                names.add(controller.name());
            }
        }
        return names;
    }

    @Override
    public Set<Integer> processes(String group) throws ErrnoException {
        return GroupProcesses.in(hierarchies, group);
    }

    @Override
    public Set<Integer> members(String group) throws ErrnoException {
        Optional<Hierarchy> tree = tracking();
        return tree.isPresent() ? GroupTree.members(tree.get().parent().child(group)) : processes(group);
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
    public boolean isFrozen(String group) throws ErrnoException {
        return killer.isFrozen(group);
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
        held.remove(group);
        return remover.remove(
                hierarchies.stream().map(h -> h.parent().child(group)).toList());
    }

    @Override
    public OptionalLong oomKills(String group) {
        return new HardshipReader(hierarchies, group).oomKills();
    }

    @Override
    public OptionalLong forksRefused(String group) {
        return new HardshipReader(hierarchies, group).forksRefused();
    }

    @Override
    public Throttling throttling(String group) {
        return new HardshipReader(hierarchies, group).throttling();
    }

    @Override
    public Usage usage(String group) {
        return usage.read(group);
    }

    @Override
    public Hardship hardship(String group) {
        return new HardshipReader(hierarchies, group).read();
    }

    @Override
    public Optional<Path> eventsFile(String group) {
        return unified.map(v2 -> v2.parent().child(group).resolve("cgroup.events"));
    }

    @Override
    public boolean controlsDevices() {
        return controlsDevices;
    }

    @Override
    public void removeParentIfEmpty() {
        hierarchies.forEach(hierarchy -> hierarchy.parent().removeIfEmpty());
    }
}
