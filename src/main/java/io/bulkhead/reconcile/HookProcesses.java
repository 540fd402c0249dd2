package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.plan.Action;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HookEvent;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.ProcessId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The hooks that are under way: launched, watched, their ends noticed. Owned by the loop's thread. */
final class HookProcesses {
    private final KernelSide kernel;
    private final Actuator actuator;
    private final Chronicle chronicle;
    private final GroupWatch groups;
    private final MainProcesses processes;
    private final Map<ServiceName, HookEvent> events = new HashMap<>();
    /** Of those that are launched, or being launched. */
    private final Map<ServiceName, Kind> kinds = new HashMap<>();

    private record Kind(HookPoint point, Hook.Where where) {}

    HookProcesses(KernelSide kernel, EventLoop loop, Actuator actuator, Chronicle chronicle, GroupWatch groups) {
        this.kernel = kernel;
        this.actuator = actuator;
        this.chronicle = chronicle;
        this.groups = groups;
        this.processes = new MainProcesses(kernel, loop, this::ended);
    }

    void launch(Action.RunHook action) {
        ServiceName name = action.spec().name();
        kinds.put(name, new Kind(action.point(), action.hook().where()));
        actuator.run(action, started -> launched(name, started), why -> notLaunched(name, why));
    }

    private void launched(ServiceName name, Worker.Started started) {
        Kind kind = kind(name);
        if (kind.where == Hook.Where.CONTAINER) {
            groups.born(name.value());
        }
        try {
            processes.hold(name, started.process());
            events.put(name, new HookEvent.Launched(started.process().id(), started.at()));
            chronicle.hookLaunched(name, kind.point, started.process().id(), started.at());
        } catch (ErrnoException e) {
            kernel.linux().close(started.process().pidfd());
            notLaunched(name, String.valueOf(e.getMessage()));
        }
    }

    private void notLaunched(ServiceName name, String why) {
        Kind kind = kind(name);
        if (kind.where == Hook.Where.CONTAINER) {
            groups.note(name.value(), true, false);
        }
        chronicle.hookFailed(name, kind.point, "not launched: " + why);
        over(name, kind, new HookEvent.NotLaunched(why, Instant.now()));
    }

    /** Takes hold of one that an earlier daemon launched. */
    void adopt(ServiceName name, HookRun run, WatchedProcess process) throws ErrnoException {
        kinds.put(name, new Kind(run.point(), run.where()));
        if (run.where() == Hook.Where.CONTAINER) {
            groups.countHardship(name.value());
        }
        processes.hold(name, process);
        events.put(name, new HookEvent.Launched(process.id(), Instant.now()));
        chronicle.hookAdopted(name, run.point(), process.id());
    }

    /** One that an earlier daemon launched has ended while nobody looked. */
    void endedUnseen(ServiceName name, HookRun run, ProcessId process) {
        Kind kind = new Kind(run.point(), run.where());
        kinds.put(name, kind);
        ended(name, kind, process, new GroupWatch.End(new ExitStatus.Unknown(true), ""));
    }

    private void ended(ServiceName name, WatchedProcess process, ExitStatus exit) {
        Kind kind = kind(name);
        GroupWatch.End end = new GroupWatch.End(exit, "");
        if (kind.where == Hook.Where.CONTAINER) {
            end = groups.explain(name.value(), exit);
            groups.lookAt(name.value());
        }
        ended(name, kind, process.id(), end);
    }

    private void ended(ServiceName name, Kind kind, ProcessId process, GroupWatch.End end) {
        chronicle.hookEnded(name, kind.point, end.status(), end.hardship());
        over(name, kind, new HookEvent.Ended(process, end.status(), Instant.now(), end.hardship()));
    }

    /** Whoever it has left on the host goes first. */
    private void over(ServiceName name, Kind kind, HookEvent event) {
        if (kind.where == Hook.Where.CONTAINER) {
            kinds.remove(name);
            events.put(name, event);
            return;
        }
        remove(kind.where.group(name), () -> {
            kinds.remove(name);
            events.put(name, event);
        });
    }

    /** Clears away what an earlier daemon's hook has left on the host. */
    void clear(String group) {
        if (Hook.Where.isHosts(group) && !owns(group)) {
            remove(group, () -> {});
        }
    }

    private void remove(String group, Runnable then) {
        actuator.remove(group, gone -> {
            groups.note(group, false, false);
            then.run();
        });
    }

    private Kind kind(ServiceName name) {
        Kind kind = kinds.get(name);
        if (kind == null) {
            throw new IllegalStateException(name + " has no hook under way");
        }
        return kind;
    }

    /** What happened since {@link #forget}. */
    Optional<HookEvent> event(ServiceName name) {
        return Optional.ofNullable(events.get(name));
    }

    /** The events are taken in. */
    void forget() {
        events.clear();
    }

    /** Whether something is done about a hook on the host, so that nothing must be begun. */
    boolean isBusy(ServiceName name) {
        return actuator.isBusy() && actuator.isBusy(Hook.Where.HOST.group(name));
    }

    /** Whether a group is that of a hook that is under way. */
    boolean owns(String group) {
        return Hook.Where.isHosts(group)
                && kinds.entrySet().stream()
                        .anyMatch(entry ->
                                entry.getValue().where.group(entry.getKey()).equals(group));
    }

    boolean isEmpty() {
        return kinds.isEmpty();
    }

    /** If it is a hook's process, it is sent the signal, as {@link MainProcesses#send} does. */
    Optional<Signal> send(ServiceName name, ProcessId process, Signal signal) {
        return processes
                .get(name)
                .filter(hook -> hook.id().equals(process))
                .flatMap(hook -> processes.send(name, signal));
    }

    void giveUpOnReapers(Instant now) {
        processes.giveUpOnReapers(now);
    }

    /** As {@link MainProcesses#earlier}. */
    Instant earlier(Instant wake) {
        return processes.earlier(wake);
    }
}
