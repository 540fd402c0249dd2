package io.bulkhead.doctor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which kernel this is, and how it was built and booted, as far as the host tells.
 *
 * @param release {@code 6.1.0-18-amd64}
 * @param options the text of its configuration; empty where it isn't to be had
 * @param commandLine what it was booted with
 */
record KernelBuild(String release, String options, String commandLine) {
    private static final Pattern VERSION = Pattern.compile("([0-9]+)\\.([0-9]+).*");

    static KernelBuild of(Host host) {
        String release = host.read("/proc/sys/kernel/osrelease").orElse("unknown");
        String options = host.read("/boot/config-" + release)
                .or(() -> host.read("/lib/modules/" + release + "/config"))
                .or(() -> host.read("/proc/config.gz"))
                .orElse("");
        return new KernelBuild(release, options, host.read("/proc/cmdline").orElse(""));
    }

    boolean isAtLeast(int major, int minor) {
        Matcher version = VERSION.matcher(release);
        if (!version.matches()) {
            return false;
        }
        int found = Integer.parseInt(version.group(1));
        return found > major || (found == major && Integer.parseInt(version.group(2)) >= minor);
    }

    /** Whether its configuration is to be had. */
    boolean isKnown() {
        return !options.isEmpty();
    }

    /** Whether it is known to have been built with an option. */
    boolean has(String option) {
        return options.contains("\n" + option + "=y") || options.contains("\n" + option + "=m");
    }

    /** How to get what an option gives. */
    String remedy(String option) {
        return has(option) ? "built in (" + option + "), but not usable here" : "a kernel with " + option;
    }

    /** Whether it was booted with a parameter that lists a word: {@code cgroup_disable=memory,pids}. */
    boolean bootedWith(String parameter, String word) {
        for (String argument : commandLine.split("\\s+", -1)) {
            if (argument.startsWith(parameter + "=")) {
                String list = "," + argument.substring(parameter.length() + 1) + ",";
                if (list.contains("," + word + ",")) {
                    return true;
                }
            }
        }
        return false;
    }
}
