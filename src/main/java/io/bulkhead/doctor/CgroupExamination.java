package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.cgroup.CgroupMount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How cgroups are mounted, and what v2 can do beside limits. */
final class CgroupExamination {
    private static final String AREA = "cgroups";

    private final Host host;
    private final CgroupLayout layout;
    private final KernelBuild build;

    CgroupExamination(Host host, CgroupLayout layout, KernelBuild build) {
        this.host = host;
        this.layout = layout;
        this.build = build;
    }

    List<Finding> findings() {
        return List.of(mounted(), birth(), kill(), freeze());
    }

    private Finding mounted() {
        Optional<CgroupMount> v2 = layout.unified();
        List<CgroupMount> v1 = layout.legacy();
        boolean writable =
                v2.filter(CgroupMount::writable).isPresent() || v1.stream().anyMatch(CgroupMount::writable);
        String found = v2.isPresent() && v1.isEmpty()
                ? "unified: v2 at " + v2.get().point()
                : v2.isPresent()
                        ? "hybrid: v1, and v2 at " + v2.get().point()
                        : v1.isEmpty() ? "none is mounted" : "legacy: v1";
        if (writable) {
            return Finding.ok(AREA, "layout", found);
        }
        return v2.isEmpty() && v1.isEmpty()
                ? Finding.missing(AREA, "layout", found, "mount -t cgroup2 cgroup2 /sys/fs/cgroup")
                : Finding.missing(
                        AREA,
                        "layout",
                        found + ", read-only",
                        "mount -o remount,rw /sys/fs/cgroup; a container needs it so");
    }

    private Finding birth() {
        return layout.unified().isPresent()
                ? Finding.ok(AREA, "birth in the group", "clone3 with CLONE_INTO_CGROUP, on v2")
                : Finding.limited(
                        AREA,
                        "birth in the group",
                        "without v2 a process moves itself to its groups before it does anything else",
                        v2Beside());
    }

    private Finding kill() {
        if (inSomeGroup("cgroup.kill").orElse(layout.unified().isPresent() && build.isAtLeast(5, 14))) {
            return Finding.ok(AREA, "cgroup.kill", "a group is killed in one step");
        }
        String instead = "a group is killed by freezing it and killing each process";
        return Finding.limited(
                AREA, "cgroup.kill", instead, layout.unified().isPresent() ? "Linux 5.14 or later" : v2Beside());
    }

    private Finding freeze() {
        if (inSomeGroup("cgroup.freeze").orElse(layout.unified().isPresent())) {
            return Finding.ok(AREA, "freezer", "cgroup.freeze, on v2");
        }
        return layout.legacy("freezer").isPresent()
                ? Finding.ok(
                        AREA, "freezer", "v1, " + layout.legacy("freezer").get().point())
                : Finding.limited(AREA, "freezer", "no group can be paused", v2Beside());
    }

    private static String v2Beside() {
        return "mkdir /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified";
    }

    /** Whether groups have a file, the root aside, which lacks many; empty where there is no group to look into. */
    private Optional<Boolean> inSomeGroup(String file) {
        if (layout.unified().isEmpty()) {
            return Optional.of(false);
        }
        Path root = layout.unified().get().point();
        for (String name : host.directories(root.toString())) {
            if (host.exists(root.resolve(name).resolve("cgroup.procs").toString())) {
                return Optional.of(host.exists(root.resolve(name).resolve(file).toString()));
            }
        }
        return Optional.empty();
    }
}
