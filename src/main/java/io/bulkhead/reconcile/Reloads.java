package io.bulkhead.reconcile;

import io.bulkhead.cgroup.Removal;
import io.bulkhead.cgroup.Subgroup;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ProcessId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands by which services are told to read their own configuration again, one at a time each. Owned by the loop's thread.
 *
 * <p>They belong to nobody's state: a stop ends them with the service, and the next daemon ends those that it finds.
 */
final class Reloads {
    private static final Logger log = LoggerFactory.getLogger(Reloads.class);
    private static final String HOOK = "reload";
    /** Of the groups' names, which end in a number. */
    private static final String PREFIX = "bulkhead-reload.";

    private final KernelSide kernel;
    private final EventLoop loop;
    private final Actuator actuator;
    private final Chronicle chronicle;
    private final MainProcesses processes;
    private final Map<ServiceName, Run> runs = new HashMap<>();
    private long groups;

    /** What came of one. */
    record End(Result result, String detail) {
        private static End failed(String why) {
            return new End(Result.FAILED, why);
        }
    }

    /** One that is under way. */
    private static final class Run {
        private final Hook hook;
        private final Optional<Subgroup> below;
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private boolean late;

        Run(Hook hook, Optional<Subgroup> below) {
            this.hook = hook;
            this.below = below;
        }
    }

    Reloads(KernelSide kernel, EventLoop loop, Actuator actuator, Chronicle chronicle) {
        this.kernel = kernel;
        this.loop = loop;
        this.actuator = actuator;
        this.chronicle = chronicle;
        this.processes = new MainProcesses(kernel, loop, this::ended);
    }

    /** Completes when it is over, and nothing is left of it. */
    CompletableFuture<End> begin(ServiceSpec spec, Hook hook, ProcessId main) {
        ServiceName name = spec.name();
        if (runs.containsKey(name)) {
            return CompletableFuture.completedFuture(End.failed("it is being reloaded already"));
        }
        Optional<Subgroup> below = hook.where() == Hook.Where.CONTAINER
                ? Optional.of(kernel.cgroups().below(name.value(), PREFIX + ++groups))
                : Optional.empty();
        Run run = new Run(hook, below);
        runs.put(name, run);
        actuator.reload(
                target(name),
                new Worker.Reload(spec, hook, main, hostGroup(name), below),
                started -> launched(name, run, started),
                why -> {
                    chronicle.hookFailed(name, HOOK, "not launched: " + why);
                    over(name, run, new End(Result.SPAWN_ERROR, HOOK + ": " + why));
                });
        return run.end;
    }

    /** What the actuator knows it by: the service's own actions needn't wait for it. */
    private static String target(ServiceName name) {
        return HOOK + " " + name;
    }

    /** No hook runs in it that is run around the service, and no service has it. */
    private static String hostGroup(ServiceName name) {
        return Hook.Where.HOST.group(name).charAt(0) + Hook.Where.HOST.group(name);
    }

    private void launched(ServiceName name, Run run, Worker.Started started) {
        try {
            processes.hold(name, started.process());
        } catch (ErrnoException e) {
            kernel.linux().close(started.process().pidfd());
            over(name, run, new End(Result.SPAWN_ERROR, HOOK + ": " + e.getMessage()));
            return;
        }
        chronicle.hookLaunched(name, HOOK, started.process().id(), started.at());
        CompletableFuture.delayedExecutor(run.hook.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> loop.post(() -> late(name, run)));
    }

    private void late(ServiceName name, Run run) {
        if (runs.get(name) == run) {
            run.late = true;
            processes.send(name, Signal.KILL);
        }
    }

    private void ended(ServiceName name, WatchedProcess process, ExitStatus exit) {
        Run run = runs.get(name);
        if (run == null) {
            return;
        }
        chronicle.hookEnded(name, HOOK, exit, "");
        if (run.late) {
            over(
                    name,
                    run,
                    new End(
                            Result.ABNORMAL_TERMINATION,
                            HOOK + " took longer than " + SpecKey.text(run.hook.timeout())));
        } else if (exit.equals(new ExitStatus.Exited(0))) {
            over(name, run, new End(Result.RELOADED, ""));
        } else {
            over(name, run, new End(Result.ABNORMAL_TERMINATION, HOOK + " failed: " + exit));
        }
    }

    /** Whoever it has started goes with it. */
    private void over(ServiceName name, Run run, End end) {
        Runnable done = () -> {
            runs.remove(name);
            run.end.complete(end);
        };
        if (run.below.isPresent()) {
            actuator.end(target(name), run.below.get(), done);
        } else {
            actuator.remove(hostGroup(name), gone -> done.run());
        }
    }

    /** Whether a group is that of one that is under way on the host. */
    boolean owns(String group) {
        return runs.keySet().stream().anyMatch(name -> hostGroup(name).equals(group));
    }

    /** Ends what an earlier daemon has begun in a service. */
    void endLeft(ServiceName name) throws ErrnoException {
        for (String below : kernel.cgroups().below(name.value())) {
            if (below.startsWith(PREFIX)) {
                log.info("service={} a reload of an earlier daemon is ended", name);
                if (kernel.cgroups().below(name.value(), below).end() instanceof Removal.Busy busy) {
                    log.warn("service={} not ended: {}", name, busy);
                }
            }
        }
    }
}
