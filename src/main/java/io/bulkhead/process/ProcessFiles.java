package io.bulkhead.process;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.status.ProcessId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What {@code /proc/PID} tells, proc(5). */
public final class ProcessFiles {
    /** USER_HZ: what {@code /proc} counts in, 100 on every architecture Bulkhead runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private final Linux linux;

    public ProcessFiles(Linux linux) {
        this.linux = linux;
    }

    /** The process that has this pid now, if any. */
    public Optional<ProcessId> identify(int pid) {
        try {
            return Optional.of(new ProcessId(pid, Long.parseLong(statField(pid, 22))));
        } catch (ErrnoException e) {
            return Optional.empty(); // it ended
        }
    }

    /** When it was started, to 10 ms. */
    public Instant startedAt(ProcessId process) {
        try {
            String uptime = linux.readFile("/proc/uptime");
            double up = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
            double age = up - (double) process.startTicks() / TICKS_PER_SECOND;
            return Instant.now().minus(Duration.ofMillis((long) (Math.max(age, 0) * 1000)));
        } catch (ErrnoException e) {
            return Instant.now();
        }
    }

    /** Whether it is process 1 of a PID namespace below the daemon's. */
    public boolean isNamespaceInit(int pid) {
        return statusField(pid, "NSpid:")
                .map(value -> value.contains("\t") && value.endsWith("\t1"))
                .orElse(false);
    }

    /** A mask of signals from {@code /proc/PID/status}: {@code SigCgt:}, {@code SigIgn:}, {@code SigBlk:}. */
    Optional<Long> signalMask(int pid, String field) {
        return statusField(pid, field).map(value -> Long.parseUnsignedLong(value, 16));
    }

    private Optional<String> statusField(int pid, String field) {
        try {
            for (String line :
                    linux.readFile("/proc/" + pid + "/status").lines().toList()) {
                if (line.startsWith(field)) {
                    return Optional.of(line.substring(field.length()).strip());
                }
            }
            return Optional.empty();
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private String statField(int pid, int number) throws ErrnoException {
        String stat = linux.readFile("/proc/" + pid + "/stat");
        // The second field is the command in parentheses, and may hold blanks and parentheses.
        String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return rest[number - 3];
    }
}
