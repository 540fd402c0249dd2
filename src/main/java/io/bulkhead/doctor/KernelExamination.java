package io.bulkhead.doctor;

import io.bulkhead.doctor.Finding.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernel itself: version, system calls, and what it was built with. */
final class KernelExamination {
    private static final String AREA = "kernel";

    /** Used by every launch. Older than 5.10 all but one, so that one is missing by a filter, as in a container. */
    private static final Map<String, Integer> NEEDED = new LinkedHashMap<>();

    static {
        NEEDED.put("clone3", 435);
        NEEDED.put("pidfd_open", 434);
        NEEDED.put("pidfd_send_signal", 424);
        NEEDED.put("openat2", 437);
        NEEDED.put("close_range", 436);
        NEEDED.put("open_tree", 428);
        NEEDED.put("move_mount", 429);
        NEEDED.put("fsopen", 430);
        NEEDED.put("fsmount", 432);
    }

    private static final int MOUNT_SETATTR = 442;

    private final Host host;
    private final KernelBuild build;

    KernelExamination(Host host, KernelBuild build) {
        this.host = host;
        this.build = build;
    }

    List<Finding> findings() {
        return List.of(
                version(),
                architecture(),
                systemCalls(),
                readOnlyTrees(),
                exits(),
                pivotRoot(),
                seccomp(),
                pressure(),
                overlay());
    }

    private Finding version() {
        String found = build.release() + " (5.10 or later is needed)";
        return build.isAtLeast(5, 10)
                ? Finding.ok(AREA, "version", found)
                : Finding.missing(
                        AREA, "version", found, "a newer kernel: Debian 11, Ubuntu 22.04, RHEL 9 or later have one");
    }

    private Finding architecture() {
        String found = host.architecture();
        boolean known = found.equals("amd64") || found.equals("x86_64") || found.equals("aarch64");
        return known
                ? Finding.ok(AREA, "architecture", found)
                : Finding.missing(AREA, "architecture", found, "x86-64 or aarch64: a 64-bit Java on a 64-bit kernel");
    }

    private Finding systemCalls() {
        List<String> unknown = new ArrayList<>();
        NEEDED.forEach((name, number) -> {
            if (!host.knows(number)) {
                unknown.add(name);
            }
        });
        return unknown.isEmpty()
                ? Finding.ok(AREA, "system calls", String.join(", ", NEEDED.keySet()))
                : Finding.missing(
                        AREA,
                        "system calls",
                        "ENOSYS: " + String.join(", ", unknown),
                        "Linux 5.10; in a container, a seccomp profile that lets them through");
    }

    private Finding readOnlyTrees() {
        return host.knows(MOUNT_SETATTR)
                ? Finding.ok(
                        AREA,
                        "mount_setattr",
                        "mounts below a rootfs keep to themselves, can be read-only, and have their owners mapped")
                : Finding.limited(AREA, "mount_setattr", "unknown to this kernel", "Linux 5.12 or later");
    }

    private Finding exits() {
        return host.tellsExits()
                ? Finding.ok(AREA, "pidfd exit status", "a service's exit code is known across the daemon's restart")
                : Finding.limited(
                        AREA,
                        "pidfd exit status",
                        "the exit code of a service that an earlier daemon started stays unknown, which counts as a failure",
                        "Linux 6.15 or later");
    }

    private Finding pivotRoot() {
        for (String line : host.read("/proc/self/mountinfo").orElse("").split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (fields.length > 4 && fields[4].equals("/")) {
                return line.contains(" - rootfs ")
                        ? Finding.limited(
                                AREA,
                                "pivot_root",
                                "the root is an initramfs, which cannot be pivoted away; chroot takes its place (root-switch)",
                                "a root on a disk or a tmpfs, entered by switch_root")
                        : Finding.ok(AREA, "pivot_root", "the root is a mount, " + type(line));
            }
        }
        return Finding.limited(
                AREA,
                "pivot_root",
                "this process is in a chroot that is no mount; chroot takes its place (root-switch)",
                "mount --bind DIR DIR before chroot DIR");
    }

    private static String type(String line) {
        int separator = line.indexOf(" - ");
        return separator < 0
                ? "of an unknown type"
                : line.substring(separator + 3).split(" ", -1)[0];
    }

    private Finding seccomp() {
        return host.exists("/proc/sys/kernel/seccomp/actions_avail")
                ? Finding.ok(AREA, "seccomp", "system calls can be filtered")
                : Finding.limited(AREA, "seccomp", "no filters of system calls", build.remedy("CONFIG_SECCOMP_FILTER"));
    }

    private Finding pressure() {
        if (host.read("/proc/pressure/cpu").isPresent()) {
            return Finding.ok(AREA, "pressure (PSI)", "/proc/pressure, and *.pressure in v2 groups");
        }
        return Finding.limited(
                AREA,
                "pressure (PSI)",
                "no figures of what waits for CPU, memory and I/O",
                host.exists("/proc/pressure/cpu") || build.has("CONFIG_PSI")
                        ? "boot with psi=1"
                        : build.remedy("CONFIG_PSI"));
    }

    private Finding overlay() {
        boolean now = host.read("/proc/filesystems").orElse("").lines().anyMatch(line -> line.endsWith("\toverlay"));
        if (now) {
            return Finding.ok(AREA, "overlay", "known to the kernel");
        }
        boolean module = host.read("/lib/modules/" + build.release() + "/modules.dep")
                .orElse("")
                .contains("/overlay.ko");
        return new Finding(
                AREA,
                "overlay",
                module ? Verdict.OK : Verdict.LIMITED,
                module ? "a module that is loaded when it is wanted" : "no overlay file systems",
                module ? "" : build.remedy("CONFIG_OVERLAY_FS"));
    }
}
