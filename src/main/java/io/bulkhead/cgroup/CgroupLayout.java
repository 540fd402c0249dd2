package io.bulkhead.cgroup;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which cgroup hierarchies a host has mounted where: v2 alone (unified), v1 alone (legacy), or v1 with v2 beside (hybrid).
 *
 * @param unified the v2 mount
 * @param legacy a mount for each v1 hierarchy, in the order of mounting
 */
public record CgroupLayout(Optional<CgroupMount> unified, List<CgroupMount> legacy) {
    private static final Set<String> V1_CONTROLLERS = Set.of(
            "cpu",
            "cpuacct",
            "cpuset",
            "memory",
            "devices",
            "freezer",
            "blkio",
            "pids",
            "net_cls",
            "net_prio",
            "perf_event",
            "hugetlb",
            "rdma",
            "misc",
            // No controller: systemd's own record of who belongs to which unit.
            "name=systemd");

    public CgroupLayout {
        legacy = List.copyOf(legacy);
    }

    /** The layout as this process sees it; mounts that another mount hides are left out. */
    public static CgroupLayout discover(Linux linux) throws ErrnoException {
        List<CgroupMount> visible = new ArrayList<>();
        for (CgroupMount mount : mounts(linux.readFile("/proc/self/mountinfo"))) {
            if (isVisible(linux, mount)) {
                visible.add(mount);
            }
        }
        return of(visible);
    }

    /** The layout that a {@code /proc/PID/mountinfo} shows. */
    public static CgroupLayout parse(String mountinfo) {
        return of(mounts(mountinfo));
    }

    /** The mount that has a v1 controller. */
    public Optional<CgroupMount> legacy(String controller) {
        return legacy.stream()
                .filter(mount -> mount.controllers().contains(controller))
                .findFirst();
    }

    private static boolean isVisible(Linux linux, CgroupMount mount) {
        try {
            long expected = mount.unified() ? Linux.CGROUP2_SUPER_MAGIC : Linux.CGROUP_SUPER_MAGIC;
            return linux.fileSystemType(mount.point().toString()) == expected;
        } catch (ErrnoException e) {
            return false; // ENOENT: something else is mounted above it
        }
    }

    private static CgroupLayout of(List<CgroupMount> mounts) {
        Map<Object, CgroupMount> hierarchies = new LinkedHashMap<>();
        for (CgroupMount mount : mounts) {
            Object hierarchy = mount.unified() ? "v2" : mount.controllers();
            // A hierarchy may be mounted more than once, and some of its mounts be read-only or show a part.
            hierarchies.merge(hierarchy, mount, (a, b) -> rank(b) > rank(a) ? b : a);
        }
        return new CgroupLayout(
                hierarchies.values().stream().filter(CgroupMount::unified).findFirst(),
                hierarchies.values().stream()
                        .filter(mount ->
                                !mount.unified() && !mount.controllers().isEmpty())
                        .toList());
    }

    private static int rank(CgroupMount mount) {
        return (mount.writable() ? 2 : 0) + (mount.root().equals("/") ? 1 : 0);
    }

    private static List<CgroupMount> mounts(String mountinfo) {
        // A later mount on the same point hides the earlier one.
        Map<Path, CgroupMount> byPoint = new LinkedHashMap<>();
        mountinfo.lines().forEach(line -> {
            byPoint.remove(point(line));
            mount(line).ifPresent(mount -> byPoint.put(mount.point(), mount));
        });
        return List.copyOf(byPoint.values());
    }

    private static Path point(String line) {
        return Path.of(unescape(line.split(" ", -1)[4]));
    }

    /**
     * Reads "id parent major:minor root point options [optional fields] - type source super-options", proc_pid_mountinfo(5).
     */
    private static Optional<CgroupMount> mount(String line) {
        int separator = line.indexOf(" - ");
        if (separator < 0) {
            return Optional.empty();
        }
        String[] of = line.substring(0, separator).split(" ", -1);
        String[] fileSystem = line.substring(separator + 3).split(" ", -1);
        boolean unified = fileSystem[0].equals("cgroup2");
        if (!unified && !fileSystem[0].equals("cgroup")) {
            return Optional.empty();
        }
        Set<String> options = Set.of(of[5].split(",", -1));
        Set<String> superOptions = new HashSet<>(List.of(fileSystem[fileSystem.length - 1].split(",", -1)));
        boolean writable = options.contains("rw") && superOptions.contains("rw");
        Set<String> controllers = new TreeSet<>(superOptions);
        controllers.retainAll(unified ? Set.of() : V1_CONTROLLERS);
        return Optional.of(new CgroupMount(point(line), unescape(of[3]), unified, writable, controllers));
    }

    /** Space, tab, newline and backslash stand as a backslash with three octal digits. */
    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
