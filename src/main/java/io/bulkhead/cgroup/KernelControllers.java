package io.bulkhead.cgroup;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the running kernel says of its controllers, and how to get those it lacks.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7), /proc/cgroups</a>
 */
final class KernelControllers {
    /** The kernel's option by which each controller is built. */
    private static final Map<String, String> OPTIONS = Map.ofEntries(
            Map.entry("blkio", "CONFIG_BLK_CGROUP"),
            Map.entry("cpu", "CONFIG_CGROUP_SCHED"),
            Map.entry("cpuacct", "CONFIG_CGROUP_CPUACCT"),
            Map.entry("cpuset", "CONFIG_CPUSETS"),
            Map.entry("devices", "CONFIG_CGROUP_DEVICE"),
            Map.entry("freezer", "CONFIG_CGROUP_FREEZER"),
            Map.entry("hugetlb", "CONFIG_CGROUP_HUGETLB"),
            Map.entry("memory", "CONFIG_MEMCG"),
            Map.entry("misc", "CONFIG_CGROUP_MISC"),
            Map.entry("net_cls", "CONFIG_CGROUP_NET_CLASSID"),
            Map.entry("net_prio", "CONFIG_CGROUP_NET_PRIO"),
            Map.entry("perf_event", "CONFIG_CGROUP_PERF"),
            Map.entry("pids", "CONFIG_CGROUP_PIDS"),
            Map.entry("rdma", "CONFIG_CGROUP_RDMA"));

    /** By v1's name: whether it is enabled. */
    private final Map<String, Boolean> enabled;

    private KernelControllers(Map<String, Boolean> enabled) {
        this.enabled = enabled;
    }

    static KernelControllers read(Linux linux) {
        try {
            return parse(linux.readFile("/proc/cgroups"));
        } catch (ErrnoException e) {
            return new KernelControllers(Map.of());
        }
    }

    /** Reads lines "name hierarchy groups enabled". */
    static KernelControllers parse(String procCgroups) {
        Map<String, Boolean> enabled = new HashMap<>();
        for (String line : procCgroups.split("\n", -1)) {
            String[] fields = line.split("\\s+", -1);
            if (fields.length == 4 && !line.startsWith("#")) {
                enabled.put(fields[0], fields[3].equals("1"));
            }
        }
        return new KernelControllers(enabled);
    }

    /** The name in v1 of what v2 calls {@code io}. */
    static String legacyName(String controller) {
        return controller.equals("io") ? "blkio" : controller;
    }

    /** How to get a controller that the kernel itself doesn't offer; empty where it does, and only the mount lacks. */
    Optional<String> remedy(String controller) {
        String name = legacyName(controller);
        Boolean found = enabled.get(name);
        if (found == null) {
            return Optional.of("a kernel with " + OPTIONS.getOrDefault(name, "it"));
        }
        if (found) {
            return Optional.empty();
        }
        return Optional.of(
                name.equals("memory")
                        ? "boot with cgroup_enable=memory, without cgroup_disable=memory"
                        : "boot without cgroup_disable=" + name);
    }
}
