package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.HugePages;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.cgroup.v1.LegacyHierarchy;
import io.bulkhead.cgroup.v2.Devices;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.CgroupBpf;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Limits;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chooses the hierarchies and our parent group in each, and makes the driver for them. */
public final class CgroupDrivers {
    /** Our parent group where neither the configuration nor systemd names another. */
    public static final String DEFAULT_PARENT = "/bulkhead";
    /**
     * The leaf of a delegated group that holds the daemon itself, as v2 wants no process beside the groups of services; no
     * service can have this name.
     */
    public static final String DAEMON_LEAF = "_supervisor";

    private final Linux linux;
    private final CgroupLayout layout;
    private final boolean privileged;
    private final KernelDevices devices;
    private final List<Controller> legacyControllers;
    /** The v2 controllers; whoever of them is mounted as v1 is missing in v2. */
    private final List<Controller> unifiedControllers;

    private CgroupDrivers(Linux linux, CgroupLayout layout) {
        this.linux = linux;
        this.layout = layout;
        this.privileged = linux.geteuid() == 0;
        this.devices = new KernelDevices(linux);
        HugePages hugePages = hugePages();
        this.legacyControllers = Controllers.legacy(linux.pageSize(), devices, hugePages);
        this.unifiedControllers = new ArrayList<>(Controllers.unified(linux.pageSize(), devices, hugePages));
    }

    private HugePages hugePages() {
        List<String> sizes = new ArrayList<>();
        String[] names = new File("/sys/kernel/mm/hugepages").list();
        for (String name : names == null ? new String[0] : names) {
            if (name.matches("hugepages-[0-9]+kB")) {
                sizes.add(HugePages.name(Long.parseLong(name.substring(10, name.length() - 2))));
            }
        }
        return new HugePages(sizes, linux.pageSize());
    }

    /**
     * The driver for this host.
     *
     * <p>On v2 our parent group is made at once. Where it is the daemon's own, delegated by systemd, the daemon moves to a
     * leaf of it.
     *
     * @param parent a path relative to each hierarchy's mount, below it: {@code /bulkhead}; empty: the group systemd
     *     delegated, on v2, and else {@value #DEFAULT_PARENT}
     * @param environment the daemon's, by which it knows whether systemd started it
     * @throws ErrnoException where there is no hierarchy to write to
     */
    public static CgroupDriver open(
            Linux linux, CgroupLayout layout, Optional<String> parent, Map<String, String> environment)
            throws ErrnoException {
        CgroupDrivers drivers = new CgroupDrivers(linux, layout);
        return drivers.open(parent, environment)
                .orElseThrow(() -> new ErrnoException(
                        "find a cgroup hierarchy that can be written in /proc/self/mountinfo"
                                + " (mount -t cgroup2 cgroup2 /sys/fs/cgroup)",
                        ErrnoException.ENOENT));
    }

    /**
     * As {@link #open}, for a process that isn't root: over what is delegated to it, of v2 the group it is in or the parent, of v1
     * the parent; where that is nothing, groups are known by their first process' PID namespace alone.
     *
     * @param directory where it is kept then which process that is
     */
    public static CgroupDriver openDelegated(
            Linux linux, CgroupLayout layout, Optional<String> parent, Map<String, String> environment, Path directory)
            throws ErrnoException {
        CgroupDrivers drivers = new CgroupDrivers(linux, layout);
        Optional<CgroupDriver> groups = drivers.open(parent, environment);
        return groups.isPresent() ? groups.get() : new ProcessGroups(linux, directory, drivers.known());
    }

    private List<Controller> known() {
        List<Controller> known = new ArrayList<>(unifiedControllers);
        known.addAll(legacyControllers);
        return known;
    }

    private Optional<CgroupDriver> open(Optional<String> configured, Map<String, String> environment)
            throws ErrnoException {
        Optional<Path> delegated = configured.isEmpty() ? delegated(environment) : Optional.empty();
        String parent = configured.orElse(DEFAULT_PARENT);
        Optional<UnifiedHierarchy> unified = Optional.empty();
        Optional<CgroupMount> v2 = layout.unified()
                .filter(CgroupMount::writable)
                .filter(mount -> delegated.isPresent() || isOurs(mount.below(parent)));
        if (v2.isPresent()) {
            if (!hasLegacyDevices()) {
                devicePrograms().ifPresent(unifiedControllers::add);
            }
            unified = Optional.of(unified(v2.get(), delegated, parent));
        }
        boolean freezesByV2 = unified.isPresent()
                && linux.exists(unified.get()
                        .parent()
                        .directory()
                        .resolve("cgroup.kill")
                        .toString());
        List<LegacyHierarchy> legacy = new ArrayList<>();
        for (CgroupMount mount : layout.legacy()) {
            boolean freezer = mount.controllers().contains("freezer");
            // v2 stops and kills better, and to join one more hierarchy costs each launch its time.
            boolean needless = freezesByV2 && mount.controllers().equals(Set.of("freezer"));
            if (mount.writable() && !needless && isOurs(mount.below(parent))) {
                legacy.add(legacy(mount, parent, freezer && !freezesByV2));
            }
        }
        if (unified.isEmpty() && legacy.isEmpty()) {
            return Optional.empty();
        }
        boolean controlsDevices =
                hasLegacyDevices() || unifiedControllers.stream().anyMatch(Devices.class::isInstance);
        return Optional.of(new MountedCgroups(linux, known(), unified, legacy, controlsDevices));
    }

    /** Whether groups can be made there; root may everywhere. */
    private boolean isOurs(Path directory) {
        if (privileged) {
            return true;
        }
        Path existing = directory;
        while (!linux.exists(existing.toString()) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return linux.mayWrite(existing.toString());
    }

    private UnifiedHierarchy unified(CgroupMount mount, Optional<Path> delegated, String parent) throws ErrnoException {
        if (delegated.isPresent()) {
            ParentGroup group = new ParentGroup(linux, delegated.get(), delegated.get());
            group.makeChild(DAEMON_LEAF);
            group.files(DAEMON_LEAF).write("cgroup.procs", Integer.toString(linux.getpid()));
            return new UnifiedHierarchy(linux, group, unifiedControllers);
        }
        UnifiedHierarchy hierarchy = new UnifiedHierarchy(linux, parentIn(mount, parent), unifiedControllers);
        hierarchy.parent().make();
        return hierarchy;
    }

    private LegacyHierarchy legacy(CgroupMount mount, String parent, boolean freezes) {
        List<Controller> controllers = new ArrayList<>();
        for (Controller controller : legacyControllers) {
            if (mount.controllers().contains(controller.name())) {
                controllers.add(controller);
            }
        }
        return new LegacyHierarchy(linux, parentIn(mount, parent), controllers, freezes);
    }

    private boolean hasLegacyDevices() {
        return privileged
                && layout.legacy("devices").filter(CgroupMount::writable).isPresent();
    }

    /** v2's way to control devices, if the kernel has it and lets us. */
    private Optional<Controller> devicePrograms() {
        try {
            io.bulkhead.cgroup.v2.Devices programs = new io.bulkhead.cgroup.v2.Devices(devices, new CgroupBpf(linux));
            programs.settings(Limits.NONE);
            return Optional.of(programs);
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private ParentGroup parentIn(CgroupMount mount, String parent) {
        Path directory = mount.below(parent);
        if (directory.equals(mount.point())) {
            // Every group of the host would be below it, and so be ours to remove.
            throw new IllegalArgumentException("cgroup parent \"" + parent + "\" is not below the hierarchy's root");
        }
        return new ParentGroup(linux, mount.point(), directory);
    }

    /** The v2 group systemd started the daemon in, if it is all the daemon's and limits are v2's matter alone. */
    private Optional<Path> delegated(Map<String, String> environment) throws ErrnoException {
        if (!privileged) {
            return delegatedToUser();
        }
        boolean unifiedOnly = layout.legacy().stream()
                .flatMap(m -> m.controllers().stream())
                .allMatch(controller -> controller.equals("name=systemd"));
        if (!environment.containsKey("INVOCATION_ID")
                || !unifiedOnly
                || layout.unified().isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> own = ownGroup(linux.readFile("/proc/self/cgroup"))
                .flatMap(layout.unified().get()::resolve)
                .filter(path -> !path.equals(layout.unified().get().point()));
        if (own.isEmpty()) {
            return own;
        }
        if (own.get().endsWith(DAEMON_LEAF)) {
            return own.map(Path::getParent);
        }
        // A shell inside a systemd session inherits INVOCATION_ID, but isn't alone in its group.
        String alone = Integer.toString(linux.getpid());
        return linux.readFile(own.get() + "/cgroup.procs").equals(alone) ? own : Optional.empty();
    }

    /** The v2 group the daemon is in, or the one above its own leaf, if groups may be made and processes moved there. */
    private Optional<Path> delegatedToUser() throws ErrnoException {
        Optional<CgroupMount> mount = layout.unified();
        Optional<Path> own = mount.isEmpty()
                ? Optional.empty()
                : ownGroup(linux.readFile("/proc/self/cgroup")).flatMap(mount.get()::resolve);
        return own.map(group -> group.endsWith(DAEMON_LEAF) ? Path.of(group + "/..") : group)
                .map(Path::normalize)
                .filter(group -> linux.mayWrite(group.toString()) && linux.mayWrite(group + "/cgroup.procs"));
    }

    /** The v2 line of a {@code /proc/PID/cgroup}, empty where the process is in the root group. cgroups(7). */
    static Optional<String> ownGroup(String procCgroup) {
        return procCgroup
                .lines()
                .filter(line -> line.startsWith("0::/") && line.length() > 4)
                .map(line -> line.substring(3))
                .findFirst();
    }
}
