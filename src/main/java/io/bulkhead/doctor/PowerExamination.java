package io.bulkhead.doctor;

import java.util.ArrayList;
import java.util.List;

/** Which capabilities a daemon started here has. capabilities(7) */
final class PowerExamination {
    private static final String AREA = "powers";

    /**
     * A capability that the daemon uses or hands on.
     *
     * @param loss what cannot be done without; empty where nothing can
     */
    private record Capability(String name, int number, String loss) {}

    private static final List<Capability> USED = List.of(
            new Capability("CHOWN", 0, ""),
            new Capability("DAC_OVERRIDE", 1, ""),
            new Capability("FOWNER", 3, "programs of services lack it"),
            new Capability("FSETID", 4, "programs of services lack it"),
            new Capability("KILL", 5, ""),
            new Capability("SETGID", 6, ""),
            new Capability("SETUID", 7, ""),
            new Capability("SETPCAP", 8, ""),
            new Capability("NET_BIND_SERVICE", 10, "services can't bind ports below 1024"),
            new Capability("NET_ADMIN", 12, "no private network: its loopback interface can't be brought up"),
            new Capability("NET_RAW", 13, "services can't ping"),
            new Capability("SYS_CHROOT", 18, "programs of services lack it; no root-switch = chroot"),
            new Capability("SYS_PTRACE", 19, "no look at processes of services that hide themselves"),
            new Capability("SYS_ADMIN", 21, ""),
            new Capability("SYS_NICE", 23, "nice below 0 is refused"),
            new Capability(
                    "SYS_RESOURCE",
                    24,
                    "hard rlimits can't be raised above the daemon's, nor oom-score-adjust lowered below its"),
            new Capability("MKNOD", 27, ""),
            new Capability("AUDIT_WRITE", 29, "programs of services lack it"),
            new Capability("SETFCAP", 31, "programs of services lack it"));

    private final Host host;

    PowerExamination(Host host) {
        this.host = host;
    }

    List<Finding> findings() {
        boolean root = host.user() == 0;
        List<Finding> findings = new ArrayList<>();
        findings.add(
                root
                        ? Finding.ok(AREA, "user", "root")
                        : Finding.ok(
                                AREA,
                                "user",
                                "number " + host.user()
                                        + ", so what follows is what root could have: the bounding set"));
        long mask = mask(host.read("/proc/self/status").orElse(""), root ? "CapEff:" : "CapBnd:");
        for (Capability capability : USED) {
            if ((mask & 1L << capability.number) == 0) {
                findings.add(lack(capability));
            }
        }
        if (findings.size() == 1) {
            findings.add(Finding.ok(AREA, "capabilities", "all that are used"));
        }
        return findings;
    }

    private static Finding lack(Capability capability) {
        String remedy = "CapabilityBoundingSet= of the unit, --cap-add of the container, or a host that grants it";
        String name = "CAP_" + capability.name;
        return capability.loss.isEmpty()
                ? Finding.missing(AREA, name, "root lacks it", remedy)
                : Finding.limited(AREA, name, "root lacks it: " + capability.loss, remedy);
    }

    private static long mask(String status, String key) {
        for (String line : status.split("\n", -1)) {
            if (line.startsWith(key)) {
                return Long.parseUnsignedLong(line.substring(key.length()).strip(), 16);
            }
        }
        return 0;
    }
}
