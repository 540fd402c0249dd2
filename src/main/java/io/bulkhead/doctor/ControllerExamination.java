package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.cgroup.CgroupMount;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which cgroup controllers can be used, as which version, and what to do about the others. */
final class ControllerExamination {
    private static final String AREA = "controllers";
    private static final String V1_ALONE =
            "boot without cgroup_no_v1=, with systemd.unified_cgroup_hierarchy=0; or nft's \"socket cgroupv2\" in its place";

    /** A line of /proc/cgroups, which recent kernels have for v1 alone. */
    private record Built(int hierarchy, boolean enabled) {}

    private final CgroupLayout layout;
    private final KernelBuild build;
    private final Map<String, Built> built = new HashMap<>();
    private final Set<String> offered;

    ControllerExamination(Host host, CgroupLayout layout, KernelBuild build) {
        this.layout = layout;
        this.build = build;
        for (String line : host.read("/proc/cgroups").orElse("").split("\n", -1)) {
            String[] fields = line.split("\\s+", -1);
            if (fields.length == 4 && !line.startsWith("#")) {
                built.put(fields[0], new Built(Integer.parseInt(fields[1]), fields[3].equals("1")));
            }
        }
        this.offered = layout.unified()
                .filter(CgroupMount::writable)
                .flatMap(mount -> host.read(mount.point() + "/cgroup.controllers"))
                .map(text -> Set.of(text.strip().split("\\s+", -1)))
                .orElse(Set.of());
    }

    List<Finding> findings() {
        return ControllerFacts.ALL.stream().map(this::finding).toList();
    }

    private Finding finding(ControllerFacts facts) {
        Optional<CgroupMount> legacy = layout.legacy(facts.name());
        if (legacy.isPresent()) {
            String where = "v1, " + legacy.get().point();
            return legacy.get().writable()
                    ? ok(facts, where)
                    : limited(
                            facts,
                            where + ", read-only",
                            "mount -o remount,rw " + legacy.get().point());
        }
        if (offered.contains(facts.v2())) {
            return ok(facts, "v2" + (facts.v2().equals(facts.name()) ? "" : ", as " + facts.v2()));
        }
        boolean unified = layout.unified().filter(CgroupMount::writable).isPresent();
        if (unified && !facts.inEveryGroup().isEmpty() && hasInPlace(facts)) {
            return ok(facts, "v2, by " + facts.inEveryGroup());
        }
        return absent(facts);
    }

    /** Some of it is in every group of every kernel, some in every group of a kernel that was built with it. */
    private boolean hasInPlace(ControllerFacts facts) {
        return switch (facts.name()) {
            case "perf_event" -> built.containsKey("perf_event") || build.has(facts.option());
            case "devices" -> !build.isKnown() || build.has("CONFIG_CGROUP_BPF");
            default -> true;
        };
    }

    private Finding absent(ControllerFacts facts) {
        String name = facts.name();
        Built line = built.get(name);
        if (build.bootedWith("cgroup_disable", name) || (line != null && !line.enabled())) {
            return limited(
                    facts,
                    "off since boot",
                    "boot without cgroup_disable=" + name
                            + (name.equals("memory") ? ", or with cgroup_enable=memory" : ""));
        }
        if (line == null) {
            return limited(
                    facts,
                    "not in this kernel",
                    build.remedy(facts.name().equals("devices") ? "CONFIG_CGROUP_BPF" : facts.option()));
        }
        if (line.hierarchy() != 0) {
            return limited(
                    facts,
                    "in the v1 hierarchy number " + line.hierarchy() + ", which isn't mounted here",
                    "mount -t cgroup -o " + name + " cgroup DIR");
        }
        if (layout.legacy().isEmpty() && layout.unified().isPresent()) {
            return limited(
                    facts,
                    facts.v2().isEmpty()
                            ? "of v1 alone, and this host is v2"
                            : "not handed down to this part of the tree",
                    facts.v2().isEmpty()
                            ? V1_ALONE
                            : "echo +" + facts.v2()
                                    + " > cgroup.subtree_control, from the root down; under systemd Delegate=yes");
        }
        return limited(
                facts, "built in, but not mounted", "mount -t cgroup -o " + name + " cgroup /sys/fs/cgroup/" + name);
    }

    private static Finding ok(ControllerFacts facts, String where) {
        return Finding.ok(AREA, facts.name(), where + ": " + facts.purpose());
    }

    private static Finding limited(ControllerFacts facts, String why, String remedy) {
        return Finding.limited(AREA, facts.name(), why + ": no " + facts.purpose(), remedy);
    }
}
