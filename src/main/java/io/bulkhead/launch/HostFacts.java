package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Rlimit;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this host's kernel has that a program must know: which of the paths to be hidden exist, which capabilities there are.
 *
 * @param permittedCapabilities the daemon's own: no child can have more
 * @param lastCapability the highest number the kernel knows
 * @param ignoredSignals what the daemon was started with as ignored (nohup): bit 0 is signal 1
 * @param openFiles the daemon's own hard limit of descriptors; -1 where there is none
 * @param oomScoreAdjust the daemon's own
 * @param maskedFiles files of /proc that a service must not read, as Docker masks them
 * @param maskedDirectories directories it must not look into
 * @param readOnlyPaths paths of /proc it must not write
 */
record HostFacts(
        long permittedCapabilities,
        int lastCapability,
        long ignoredSignals,
        long openFiles,
        int oomScoreAdjust,
        List<String> maskedFiles,
        List<Directory> maskedDirectories,
        List<String> readOnlyPaths) {
    /** A directory of /proc or /sys, by its path below that. */
    record Directory(boolean inSys, String name) {
        @Override
        public String toString() {
            return (inSys ? "/sys/" : "/proc/") + name;
        }
    }

    /** The capabilities and limits there are, which stay the same while the daemon runs. */
    record Powers(long permitted, int last, long ignoredSignals, long openFiles) {
        static Powers read(Linux linux) throws ErrnoException {
            String status = linux.readFile("/proc/self/status");
            return new Powers(
                    hexadecimal(status, "CapPrm:"),
                    Integer.parseInt(linux.readFile("/proc/sys/kernel/cap_last_cap")),
                    hexadecimal(status, "SigIgn:"),
                    HostFacts.openFiles(linux.readFile("/proc/self/limits")));
        }
    }

    /** As of now: a module that is loaded later may bring a path to be hidden. */
    static HostFacts read(Linux linux, Powers powers) throws ErrnoException {
        return new HostFacts(
                powers.permitted,
                powers.last,
                powers.ignoredSignals,
                powers.openFiles,
                Integer.parseInt(linux.readFile("/proc/self/oom_score_adj")),
                existing(
                        linux,
                        "interrupts",
                        "kcore",
                        "keys",
                        "latency_stats",
                        "timer_list",
                        "timer_stats",
                        "sched_debug"),
                Stream.of(
                                new Directory(false, "acpi"),
                                new Directory(false, "asound"),
                                new Directory(false, "scsi"),
                                new Directory(true, "firmware"),
                                new Directory(true, "devices/virtual/powercap"))
                        .filter(d -> linux.exists(d.toString()))
                        .toList(),
                existing(linux, "bus", "fs", "irq", "sys", "sysrq-trigger"));
    }

    private static List<String> existing(Linux linux, String... names) {
        return Stream.of(names).filter(n -> linux.exists("/proc/" + n)).toList();
    }

    private static long openFiles(String limits) {
        for (String line : limits.lines().toList()) {
            if (line.startsWith("Max open files")) {
                String hard = line.strip().split("\\s+", -1)[4];
                return hard.equals("unlimited") ? Rlimit.UNLIMITED : Long.parseLong(hard);
            }
        }
        throw new IllegalStateException("no \"Max open files\" in /proc/self/limits");
    }

    private static long hexadecimal(String status, String key) {
        for (String line : status.lines().toList()) {
            if (line.startsWith(key)) {
                return Long.parseUnsignedLong(line.substring(key.length()).strip(), 16);
            }
        }
        throw new IllegalStateException("no " + key + " in /proc/self/status");
    }
}
