package io.bulkhead.cgroup;

import static io.bulkhead.cgroup.ProbedLimits.weight;

import io.bulkhead.cgroup.Probe.Verdict;
import io.bulkhead.libc.SyscallProgram.Child;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Locale;

/** What a group gets of the CPUs, measured. */
final class CpuProbes {
    private final double seconds;

    /** @param seconds over which each is measured */
    CpuProbes(double seconds) {
        this.seconds = seconds;
    }

    Verdict share(ProbeBed bed, String group, Limits limits) throws Exception {
        double asked = limits.cpu().bandwidth().orElseThrow().share();
        bed.shell(group, ProbeBed.BUSY);
        ProbeBed.pause(0.5);
        Hardship before = bed.driver.hardship(group);
        double got = bed.cpus(group, seconds);
        Hardship after = bed.driver.hardship(group);
        bed.kill(group);
        double usedUp = after.throttling().since(before.throttling()).share();
        // A host that has less than the quota left proves nothing against the limit.
        boolean starved = usedUp < 0.95;
        return Verdict.of(
                got <= asked + 0.01 && (starved || got >= asked - 0.01),
                "%.1f %% of %.0f %% over %.0f s%s",
                got * 100,
                asked * 100,
                seconds,
                starved ? String.format(Locale.ROOT, " (host had it in %.0f %%)", usedUp * 100) : "");
    }

    Verdict bursts(ProbeBed bed, String group, Limits limits) throws Exception {
        boolean may = limits.cpu().burstMicros().orElse(0L) > 0;
        long before = bed.counter(group, "cpu.stat", "nr_bursts");
        bed.shell(group, "while :; do sleep 0.35; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; done");
        ProbeBed.pause(seconds);
        long bursts = bed.counter(group, "cpu.stat", "nr_bursts") - before;
        bed.kill(group);
        return Verdict.of(may == bursts > 0, "%d bursts in %.0f s, may: %s", bursts, seconds, may);
    }

    /** Against a group of the usual weight on the same CPU. */
    Verdict ratio(ProbeBed bed, String group, Limits limits) throws Exception {
        double asked = limits.cpu().weight().orElseThrow() / 100.0;
        double got = against(bed, group);
        return Verdict.of(Math.abs(got / asked - 1) <= 0.05, "%.2f : 1 of %.1f : 1", got, asked);
    }

    Verdict idles(ProbeBed bed, String group, Limits limits) throws Exception {
        boolean idle = limits.cpu().idle().orElse(false);
        double got = against(bed, group);
        return Verdict.of(idle ? got < 0.05 : Math.abs(got - 1) < 0.05, "%.3f : 1, idle: %s", got, idle);
    }

    private double against(ProbeBed bed, String group) throws Exception {
        String other = group + "-other";
        bed.driver.create(other);
        bed.driver.apply(other, weight(100));
        for (String each : List.of(group, other)) {
            bed.start(each, "/usr/bin/taskset", "-c", "0", "/bin/sh", "-c", ProbeBed.BUSY);
        }
        ProbeBed.pause(0.5);
        double mine = bed.cpuSeconds(group);
        double others = bed.cpuSeconds(other);
        ProbeBed.pause(seconds);
        double ratio = (bed.cpuSeconds(group) - mine) / (bed.cpuSeconds(other) - others);
        bed.kill(group);
        bed.kill(other);
        bed.driver.remove(other);
        return ratio;
    }

    Verdict place(ProbeBed bed, String group, Limits limits) throws Exception {
        String asked = limits.cpuset().cpus().orElseThrow().text();
        Child child = bed.shell(group, ProbeBed.BUSY);
        boolean there = true;
        for (int i = 0; i < 50; i++) {
            String stat = bed.linux.readFile("/proc/" + child.pid() + "/stat");
            // Field 39, the CPU it was last on; the second may hold spaces. proc_pid_stat(5)
            there &=
                    stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[36].equals(asked) || i < 5;
            ProbeBed.pause(0.01);
        }
        bed.kill(group);
        return Verdict.of(there, "runs on CPU %s alone", asked);
    }
}
