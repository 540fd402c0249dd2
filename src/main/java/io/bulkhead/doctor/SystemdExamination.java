package io.bulkhead.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** systemd, where it is process 1, and our unit. */
final class SystemdExamination {
    private static final String AREA = "systemd";

    private final Host host;

    SystemdExamination(Host host) {
        this.host = host;
    }

    List<Finding> findings() {
        if (!host.exists("/run/systemd/system")) {
            return List.of(Finding.ok(
                    AREA, "version", "isn't process 1 here; supervisord is started by whatever else there is"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(AREA, "version", version(host.run("systemctl", "--version"))));
        String shown = host.run("systemctl", "show", "-p", "LoadState,ActiveState,Delegate", "bulkhead.service")
                .orElse("");
        if (!value(shown, "LoadState").equals("loaded")) {
            findings.add(Finding.limited(
                    AREA, "unit", "there is no bulkhead.service", "install the package, or systemd/bulkhead.service"));
            return findings;
        }
        findings.add(Finding.ok(AREA, "unit", "bulkhead.service is " + value(shown, "ActiveState")));
        findings.add(delegation(value(shown, "Delegate").equals("yes")));
        return findings;
    }

    private Finding delegation(boolean delegated) {
        return delegated
                ? Finding.ok(AREA, "delegation", "the groups below the unit are the daemon's")
                : Finding.limited(
                        AREA,
                        "delegation",
                        "systemd may change groups below the unit",
                        "Delegate=yes in the unit's [Service], systemctl daemon-reload");
    }

    private static String value(String shown, String key) {
        for (String line : shown.split("\n", -1)) {
            if (line.startsWith(key + "=")) {
                return line.substring(key.length() + 1);
            }
        }
        return "";
    }

    /** Of {@code systemd 252 (252.30-1)}. */
    private static String version(Optional<String> said) {
        String[] words = said.orElse("").split("\\s+", 3);
        return words.length < 2 ? "unknown" : words[1];
    }
}
