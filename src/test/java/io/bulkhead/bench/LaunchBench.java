package io.bulkhead.bench;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.CgroupDrivers;
import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.cgroup.JoinAtBirth;
import io.bulkhead.cgroup.Removal;
import io.bulkhead.config.ConfigLoader;
import io.bulkhead.launch.LaunchException;
import io.bulkhead.launch.LaunchRequest;
import io.bulkhead.launch.Launcher;
import io.bulkhead.launch.Outputs;
import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.process.ProcessFiles;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Launches to exit, by the same steps as the daemon's, on demand of {@code launch.sh}.
 *
 * <p>Arguments: a configuration whose service {@code bench} is launched, the cgroup parent, how many launches to warm up with.
 * Then it answers each line of standard input:
 *
 * <ul>
 *   <li>{@code groups}: what a process must join to be in the standing group, as {@code floor launch} wants it
 *   <li>{@code seccomp}: the default profile, as a bundle has it
 *   <li>{@code launch N}: the microseconds of N launches to exit in the standing group, on one line
 *   <li>{@code start N}: the same, with all a restart does: group and limits looked at, the process identified
 *   <li>{@code whole N}: the same, with a new group each time, limited, and removed at the end
 * </ul>
 */
public final class LaunchBench {
    private static final String STANDING = "standing";
    private static final String FRESH = "fresh";

    private final Linux linux = Linux.get();
    private final Launcher launcher = new Launcher(linux);
    private final ProcessFiles processes = new ProcessFiles(linux);
    private final CgroupDriver cgroups;
    private final ServiceSpec spec;
    private final Epoll ends;

    private LaunchBench(Path configuration, String parent) throws ErrnoException, ConfigException {
        this.ends = linux.epoll();
        this.cgroups = CgroupDrivers.open(linux, CgroupLayout.discover(linux), Optional.of(parent), Map.of());
        this.spec = Objects.requireNonNull(
                new ConfigLoader().load(configuration).services().get(new ServiceName("bench")));
    }

    public static void main(String[] arguments) throws Exception {
        LaunchBench bench = new LaunchBench(Path.of(arguments[0]), arguments[1]);
        bench.prepare(STANDING);
        try {
            bench.many("whole", Integer.parseInt(arguments[2]));
            bench.many("start", Integer.parseInt(arguments[2]));
            BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                String[] words = line.split(" ", -1);
                System.out.println(
                        switch (words[0]) {
                            case "groups" -> bench.groups();
                            case "seccomp" -> OciProfile.json();
                            default -> bench.many(words[0], Integer.parseInt(words[1]));
                        });
            }
        } finally {
            bench.cgroups.remove(STANDING);
            bench.cgroups.remove(FRESH);
            bench.cgroups.removeParentIfEmpty();
            bench.launcher.close();
        }
    }

    private String groups() {
        JoinAtBirth join = cgroups.join(STANDING);
        StringJoiner words = new StringJoiner(" ");
        words.add(join.unified().map(Path::toString).orElse("-"));
        join.tasksFiles().forEach(file -> words.add(file.toString()));
        return words.toString();
    }

    private String many(String what, int count) throws Exception {
        StringJoiner micros = new StringJoiner(" ");
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            switch (what) {
                case "launch" -> finish(launch(STANDING));
                case "start" -> start(STANDING);
                case "whole" -> whole();
                default -> throw new IllegalArgumentException(what);
            }
            micros.add(Long.toString((System.nanoTime() - begin) / 1_000));
            // So that the standing group's CPU limit doesn't hold launches up.
            Thread.sleep(10);
        }
        return micros.toString();
    }

    private void whole() throws Exception {
        start(FRESH);
        if (cgroups.remove(FRESH) instanceof Removal.Busy busy) {
            throw new IllegalStateException(busy.toString());
        }
    }

    private void start(String group) throws Exception {
        prepare(group);
        SyscallProgram.Child child = launch(group);
        processes.identify(child.pid());
        finish(child);
    }

    private void prepare(String group) throws ErrnoException {
        cgroups.create(group);
        cgroups.apply(group, spec.limits());
    }

    private SyscallProgram.Child launch(String group) throws LaunchException {
        JoinAtBirth join = cgroups.join(group);
        return launcher.launch(new LaunchRequest(
                spec,
                join.unified().map(Path::toString),
                join.tasksFiles().stream().map(Path::toString).toList(),
                Outputs.NOWHERE,
                cgroups.controlsDevices()));
    }

    /** Waits as the daemon does: on the pidfd, and then for the status. */
    private void finish(SyscallProgram.Child child) throws ErrnoException {
        ends.add(child.pidfd(), child.pid());
        ends.await(10_000);
        ends.remove(child.pidfd());
        Optional<Integer> status = linux.processes().waitStatus(child.pidfd());
        linux.close(child.pidfd());
        if (!status.equals(Optional.of(0))) {
            throw new IllegalStateException(List.of(spec.command(), status).toString());
        }
    }
}
