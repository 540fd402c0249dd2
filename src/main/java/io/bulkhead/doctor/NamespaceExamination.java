package io.bulkhead.doctor;

import java.util.List;
import java.util.stream.Stream;

/** Which namespaces the kernel has. namespaces(7) */
final class NamespaceExamination {
    private static final String AREA = "namespaces";

    /**
     * A kind.
     *
     * @param key the configuration's name of it
     * @param file the kernel's, in /proc/self/ns and in sysctls
     * @param needed whether no service can do without
     */
    private record Kind(String key, String file, String option, boolean needed) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("mount", "mnt", "CONFIG_NAMESPACES", true),
            new Kind("pid", "pid", "CONFIG_PID_NS", true),
            new Kind("uts", "uts", "CONFIG_UTS_NS", false),
            new Kind("ipc", "ipc", "CONFIG_IPC_NS", false),
            new Kind("cgroup", "cgroup", "CONFIG_CGROUPS", false),
            new Kind("net", "net", "CONFIG_NET_NS", false),
            new Kind("user", "user", "CONFIG_USER_NS", false),
            new Kind("time", "time", "CONFIG_TIME_NS", false));

    private final Host host;
    private final KernelBuild build;

    NamespaceExamination(Host host, KernelBuild build) {
        this.host = host;
        this.build = build;
    }

    List<Finding> findings() {
        return Stream.concat(KINDS.stream().map(this::finding), Stream.of(pairs()))
                .toList();
    }

    private Finding pairs() {
        return build.isKnown() && !build.has("CONFIG_VETH")
                ? Finding.limited(
                        AREA, "veth", "no pairs of virtual interfaces: no net.bridge", build.remedy("CONFIG_VETH"))
                : Finding.ok(AREA, "veth", "private networks onto bridges");
    }

    private Finding finding(Kind kind) {
        String limit = "user.max_" + kind.file + "_namespaces";
        if (!host.exists("/proc/self/ns/" + kind.file)) {
            return absent(kind, "not in this kernel", build.remedy(kind.option));
        }
        if (host.read("/proc/sys/" + limit.replace('.', '/')).orElse("").equals("0")) {
            return absent(kind, limit + " is 0", "sysctl -w " + limit + "=4096");
        }
        if (kind.key.equals("time") && !build.isAtLeast(6, 3)) {
            return absent(kind, "execve doesn't enter one", "Linux 6.3 or later");
        }
        return Finding.ok(AREA, kind.key, "private or the host's");
    }

    private static Finding absent(Kind kind, String why, String remedy) {
        return kind.needed
                ? Finding.missing(AREA, kind.key, why, remedy)
                : Finding.limited(AREA, kind.key, why + ": services need namespaces." + kind.key + " = host", remedy);
    }
}
