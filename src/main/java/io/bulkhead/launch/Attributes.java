package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.Rlimit;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.List;

/** What every process of a service begins with: its groups, its priority, limits of its own, signals as they are by default. */
final class Attributes {
    private static final long USUAL_DESCRIPTORS = 1024;

    private final SyscallProgram.Builder program;
    private final Descriptors fds;
    private final ServiceSpec spec;
    private final HostFacts host;

    Attributes(SyscallProgram.Builder program, Descriptors fds, ServiceSpec spec, HostFacts host) {
        this.program = program;
        this.fds = fds;
        this.spec = spec;
        this.host = host;
    }

    /** Streams in their places; to be done before anything is closed. */
    static void take(SyscallProgram.Builder program, Streams streams) {
        program.call(DUP3, "standard input", streams.stdin(), 0, 0);
        program.call(DUP3, "standard output", streams.stdout(), 1, 0);
        program.call(DUP3, "standard error", streams.stderr(), 2, 0);
    }

    /** @param tasksFiles v1's, by which a process joins its groups itself */
    void join(List<String> tasksFiles) {
        for (String tasks : tasksFiles) {
            int fd = open(tasks, Linux.O_WRONLY);
            program.step("write \"0\" to " + tasks, WRITE, fd, "0", 1);
            close(fd);
        }
    }

    /** Has the process set its own. */
    void set() {
        if (spec.origins().containsKey("nice")) {
            program.call(SETPRIORITY, Integer.toString(spec.nice()), 0, 0, spec.nice());
        } else {
            program.attempt(SETPRIORITY, 0, 0, spec.nice()); // else as nice as a daemon without root was started
        }
        if (changesScore(spec, host)) {
            int fd = open("/proc/self/oom_score_adj", Linux.O_WRONLY);
            String score = Integer.toString(spec.oomScoreAdjust().orElse(0));
            if (spec.oomScoreAdjust().isPresent()) {
                program.step("write \"" + score + "\" to /proc/self/oom_score_adj", WRITE, fd, score, score.length());
            } else {
                program.attempt(WRITE, fd, score, score.length()); // from a higher one it takes CAP_SYS_RESOURCE
            }
            close(fd);
        }
        for (Rlimit limit : limits(spec, host)) {
            program.call(
                    PRLIMIT64,
                    limit.resource().key() + " " + limit.soft() + ":" + limit.hard(),
                    0,
                    limit.resource().number(),
                    program.longs(limit.soft(), limit.hard()),
                    0);
        }
    }

    /** Sets those of another process, with the powers of this one. */
    static void set(Linux linux, int pid, ServiceSpec spec, HostFacts host) throws ErrnoException {
        try {
            linux.processes().setNice(pid, spec.nice());
        } catch (ErrnoException e) {
            if (spec.origins().containsKey("nice")) {
                throw e; // else it is as nice as a daemon that isn't root was started
            }
        }
        if (changesScore(spec, host)) {
            try {
                linux.writeFile(
                        "/proc/" + pid + "/oom_score_adj",
                        Integer.toString(spec.oomScoreAdjust().orElse(0)));
            } catch (ErrnoException e) {
                if (spec.oomScoreAdjust().isPresent()) {
                    throw e;
                }
            }
        }
        for (Rlimit limit : limits(spec, host)) {
            linux.processes()
                    .setLimit(pid, limit.resource().number(), limit.resource().key(), limit.soft(), limit.hard());
        }
    }

    /** The daemon's own, which may be low, is not for its services; a process is born with it. */
    private static boolean changesScore(ServiceSpec spec, HostFacts host) {
        return spec.oomScoreAdjust().orElse(0) != host.oomScoreAdjust();
    }

    /** A JVM raises its own soft limit; programs that use select(2), or close all there could be, want the usual one. */
    private static List<Rlimit> limits(ServiceSpec spec, HostFacts host) {
        List<Rlimit> limits = new ArrayList<>();
        if (spec.rlimits().stream().noneMatch(limit -> limit.resource() == Rlimit.Resource.NOFILE)) {
            long hard = host.openFiles();
            long soft = hard == Rlimit.UNLIMITED ? USUAL_DESCRIPTORS : Math.min(USUAL_DESCRIPTORS, hard);
            limits.add(new Rlimit(Rlimit.Resource.NOFILE, soft, hard));
        }
        limits.addAll(spec.rlimits());
        return limits;
    }

    /** CLONE_CLEAR_SIGHAND resets handlers, but what the daemon was started with as ignored (nohup) stays so. */
    void resetSignals() {
        var defaultAction = program.longs(0, 0, 0, 0);
        for (int signal = 1; signal <= 64; signal++) {
            if ((host.ignoredSignals() & 1L << (signal - 1)) != 0) {
                program.call(RT_SIGACTION, "signal " + signal, signal, defaultAction, 0, 8);
            }
        }
    }

    private int open(String path, int flags) {
        program.step("open " + path, OPENAT, Linux.AT_FDCWD, path, flags | Linux.O_CLOEXEC, 0);
        return fds.next();
    }

    private void close(int fd) {
        program.call(CLOSE, "", fd);
        fds.closed(fd);
    }
}
