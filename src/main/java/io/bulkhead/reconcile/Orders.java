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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands by which running services are told something, one at a time each. Owned by the loop's thread.
 *
 * <p>They belong to nobody's state: they end with the service, if not before, and the next daemon ends those that it finds.
 */
final class Orders {
    private static final Logger log = LoggerFactory.getLogger(Orders.class);

    private final KernelSide kernel;
    private final EventLoop loop;
    private final Actuator actuator;
    private final Chronicle chronicle;
    private final MainProcesses processes;
    private final Kind kind;
    private final Map<ServiceName, Run> runs = new HashMap<>();
    private long groups;

    /** What they are told. */
    enum Kind {
        /** To read their own configuration again. */
        RELOAD("_"),
        /** To end. */
        STOP("__");

        private final String mark;

        Kind(String mark) {
            this.mark = mark;
        }

        /** Of the groups' names below a service's, which end in a number. */
        private String prefix() {
            return "bulkhead-" + this + ".";
        }

        /** On the host. No hook that is run around the service runs in it, no service has it, and none of another kind. */
        private String hostGroup(ServiceName name) {
            return mark + Hook.Where.HOST.group(name);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why one wasn't carried out. */
    record Failure(Result result, String detail) {}

    /** One that is under way. */
    private static final class Run {
        private final Hook hook;
        private final Optional<Subgroup> below;
        private final Consumer<Optional<Failure>> end;
        private boolean late;

        Run(Hook hook, Optional<Subgroup> below, Consumer<Optional<Failure>> end) {
            this.hook = hook;
            this.below = below;
            this.end = end;
        }
    }

    Orders(Kind kind, KernelSide kernel, EventLoop loop, Actuator actuator, Chronicle chronicle) {
        this.kind = kind;
        this.kernel = kernel;
        this.loop = loop;
        this.actuator = actuator;
        this.chronicle = chronicle;
        this.processes = new MainProcesses(kernel, loop, this::ended);
    }

    /** @param end told when it is over, and nothing is left of it */
    void begin(ServiceSpec spec, Hook hook, ProcessId main, Consumer<Optional<Failure>> end) {
        ServiceName name = spec.name();
        if (runs.containsKey(name)) {
            end.accept(Optional.of(new Failure(Result.FAILED, kind + " is under way already")));
            return;
        }
        Optional<Subgroup> below = hook.where() == Hook.Where.CONTAINER
                ? Optional.of(kernel.cgroups().below(name.value(), kind.prefix() + ++groups))
                : Optional.empty();
        Run run = new Run(hook, below, end);
        runs.put(name, run);
        actuator.order(
                target(name),
                kind.toString(),
                new Worker.Order(spec, hook, main, kind.hostGroup(name), below),
                started -> launched(name, run, started),
                why -> {
                    chronicle.hookFailed(name, kind, "not launched: " + why);
                    fail(name, run, Result.SPAWN_ERROR, kind + ": " + why);
                });
    }

    /** What the actuator knows it by: the service's own actions needn't wait for it. */
    private String target(ServiceName name) {
        return kind + " " + name;
    }

    private void launched(ServiceName name, Run run, Worker.Started started) {
        try {
            processes.hold(name, started.process());
        } catch (ErrnoException e) {
            kernel.linux().close(started.process().pidfd());
            fail(name, run, Result.SPAWN_ERROR, kind + ": " + e.getMessage());
            return;
        }
        chronicle.hookLaunched(name, kind, started.process().id(), started.at());
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
        chronicle.hookEnded(name, kind, exit, "");
        if (run.late) {
            String most = SpecKey.text(run.hook.timeout());
            fail(name, run, Result.ABNORMAL_TERMINATION, kind + " took longer than " + most);
        } else if (exit.equals(new ExitStatus.Exited(0))) {
            over(name, run, Optional.empty());
        } else {
            fail(name, run, Result.ABNORMAL_TERMINATION, kind + " failed: " + exit);
        }
    }

    private void fail(ServiceName name, Run run, Result result, String detail) {
        over(name, run, Optional.of(new Failure(result, detail)));
    }

    /** Whoever it has started goes with it. */
    private void over(ServiceName name, Run run, Optional<Failure> failure) {
        Runnable done = () -> {
            runs.remove(name);
            run.end.accept(failure);
        };
        if (run.below.isPresent()) {
            actuator.end(target(name), run.below.get(), done);
        } else {
            actuator.remove(kind.hostGroup(name), gone -> done.run());
        }
    }

    /** Whether a group is that of one that is under way on the host. */
    boolean owns(String group) {
        return runs.keySet().stream().anyMatch(name -> kind.hostGroup(name).equals(group));
    }

    /** Ends what an earlier daemon has begun in a service. */
    void endLeft(ServiceName name) throws ErrnoException {
        for (String below : kernel.cgroups().below(name.value())) {
            if (below.startsWith(kind.prefix())) {
                log.info("service={} a command of an earlier daemon is ended: {}", name, kind);
                if (kernel.cgroups().below(name.value(), below).end() instanceof Removal.Busy busy) {
                    log.warn("service={} not ended: {}", name, busy);
                }
            }
        }
    }
}
