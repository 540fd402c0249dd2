package io.bulkhead.process;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.ProgramImage;
import io.bulkhead.status.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What {@code /proc/PID} tells, proc(5). */
public final class ProcessFiles {
    /** USER_HZ: what {@code /proc} counts in, 100 on every architecture Bulkhead runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int LONGEST_COMMAND = 256;
    private static final int CAP_SYS_PTRACE = 19;
    private static final long PF_FORKNOEXEC = 0x40;

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

    /**
     * Its command line, the words parted by blanks, as it has them now: at most {@value #LONGEST_COMMAND} characters, with ? for
     * what is no printable character. Empty for a process that is gone.
     */
    public String command(int pid) {
        try {
            String words = linux.readFile("/proc/" + pid + "/cmdline")
                    .replace('\0', ' ')
                    .strip();
            String some = words.substring(0, Math.min(words.length(), LONGEST_COMMAND));
            return some.replaceAll("\\p{C}", "?");
        } catch (ErrnoException e) {
            return "";
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

    /** Whether it is an init of ours, which hands on what it is sent. */
    boolean isOurInit(int pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"))
                    .toString()
                    .startsWith("/memfd:" + ProgramImage.INIT);
        } catch (IOException e) {
            return false; // it ended
        }
    }

    /** Whether it has been forked and has not exec'ed since: PF_FORKNOEXEC in field 9 of {@code /proc/PID/stat}. */
    public boolean hasNotExeced(int pid) {
        try {
            return (Long.parseLong(statField(pid, 9)) & PF_FORKNOEXEC) != 0;
        } catch (ErrnoException e) {
            return false; // it ended
        }
    }

    /**
     * The wait status of a process that has ended and that its parent has yet to reap: field 52 of {@code /proc/PID/stat},
     * which is 0 for whoever may not look.
     */
    Optional<Integer> zombieStatus(ProcessId process) {
        try {
            String[] fields = statFields(process.pid());
            boolean dead = fields[0].equals("Z") && Long.parseLong(fields[22 - 3]) == process.startTicks();
            return dead && mayTrace() ? Optional.of(Integer.parseInt(fields[52 - 3])) : Optional.empty();
        } catch (ErrnoException e) {
            return Optional.empty(); // reaped
        }
    }

    private boolean mayTrace() {
        int self = linux.getpid();
        return statusField(self, "CapEff:")
                .filter(mask -> (Long.parseUnsignedLong(mask, 16) & 1L << CAP_SYS_PTRACE) != 0)
                .isPresent();
    }

    /** Whether it runs: it has neither ended nor is it one that waits to be reaped. */
    public boolean isAlive(ProcessId process) {
        return parent(process, true).isPresent();
    }

    /** Whether it was started by this daemon, which has to reap it. */
    public boolean isChild(ProcessId process) {
        return parent(process, false).filter(pid -> pid == linux.getpid()).isPresent();
    }

    /** @param alive whether it is to run still */
    private Optional<Integer> parent(ProcessId process, boolean alive) {
        try {
            String[] fields = statFields(process.pid());
            boolean same = Long.parseLong(fields[22 - 3]) == process.startTicks();
            boolean dead = fields[0].equals("Z") || fields[0].equals("X");
            return same && !(alive && dead) ? Optional.of(Integer.parseInt(fields[4 - 3])) : Optional.empty();
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    /** Whether it has a PID namespace below the daemon's. */
    public boolean isInNamespaceBelow(int pid) {
        return statusField(pid, "NSpid:").map(value -> value.contains("\t")).orElse(false);
    }

    /** Names this boot of the kernel; what holds for one means nothing in another. */
    public String bootId() throws ErrnoException {
        return linux.readFile("/proc/sys/kernel/random/boot_id").strip();
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
        return statFields(pid)[number - 3];
    }

    /** From the third on. */
    private String[] statFields(int pid) throws ErrnoException {
        String stat = linux.readFile("/proc/" + pid + "/stat");
        // The second field is the command in parentheses, and may hold blanks and parentheses.
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }
}
