package io.bulkhead.doctor;

import io.bulkhead.cgroup.CgroupLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a daemon of a user who isn't root would have here. user_namespaces(7) */
final class RootlessExamination {
    private static final String AREA = "without root";
    private static final String CLONE = "kernel.unprivileged_userns_clone";
    private static final String APPARMOR = "kernel.apparmor_restrict_unprivileged_userns";

    private final Host host;
    private final CgroupLayout layout;

    RootlessExamination(Host host, CgroupLayout layout) {
        this.host = host;
        this.layout = layout;
    }

    /** None for root. */
    List<Finding> findings() {
        return host.user() == 0 ? List.of() : List.of(namespaces(), groups());
    }

    private Finding namespaces() {
        if (!host.exists("/proc/self/ns/user")) {
            return Finding.limited(
                    AREA, "user namespaces", "not in this kernel: no service can run", "a kernel with CONFIG_USER_NS");
        }
        if (setting(CLONE).equals("0")) {
            return refused(CLONE, "1");
        }
        if (setting(APPARMOR).equals("1")) {
            return refused(APPARMOR, "0");
        }
        return Finding.ok(AREA, "user namespaces", "services run in one each, whose root is user " + host.user());
    }

    private static Finding refused(String sysctl, String value) {
        return Finding.limited(
                AREA,
                "user namespaces",
                "refused to all but root: no service can run",
                "sysctl -w " + sysctl + "=" + value);
    }

    private String setting(String sysctl) {
        return host.read("/proc/sys/" + sysctl.replace('.', '/')).orElse("");
    }

    private Finding groups() {
        Optional<Path> own = host.read("/proc/self/cgroup")
                .flatMap(RootlessExamination::unified)
                .flatMap(path -> layout.unified().flatMap(mount -> mount.resolve(path)))
                .filter(group -> host.mayWrite(group.toString()) && host.mayWrite(group + "/cgroup.procs"));
        if (own.isEmpty()) {
            return Finding.limited(
                    AREA,
                    "cgroup",
                    "none is delegated to user " + host.user() + ": no limits, no pausing",
                    "a unit of the user's systemd with Delegate=yes, or supervisor.cgroup.parent, a v2 group that is the user's"
                            + " and that the daemon is started in");
        }
        String controllers = host.read(own.get() + "/cgroup.controllers").orElse("");
        return Finding.ok(
                AREA,
                "cgroup",
                own.get() + ", with limits of " + (controllers.isEmpty() ? "no controller" : controllers));
    }

    /** The v2 line of a /proc/PID/cgroup. */
    private static Optional<String> unified(String text) {
        return text.lines()
                .filter(line -> line.startsWith("0::/"))
                .map(line -> line.substring(3))
                .findFirst();
    }
}
