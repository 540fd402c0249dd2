package io.bulkhead.reconcile;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.plan.Action;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.status.ProcessId;
import java.util.Optional;

/** Asks main processes and hooks to end. Owned by the loop's thread. */
final class Stopper {
    private final Orders orders;
    private final MainProcesses processes;
    private final HookProcesses hooks;
    private final GroupWatch groups;
    private final RecordKeeper records;
    private final Chronicle chronicle;

    Stopper(
            Orders orders,
            MainProcesses processes,
            HookProcesses hooks,
            GroupWatch groups,
            RecordKeeper records,
            Chronicle chronicle) {
        this.orders = orders;
        this.processes = processes;
        this.hooks = hooks;
        this.groups = groups;
        this.records = records;
        this.chronicle = chronicle;
    }

    /** Its commands. */
    Orders orders() {
        return orders;
    }

    void begin(Action.SendSignal signal) {
        hooks.send(signal.service(), signal.process(), signal.signal())
                .or(() -> signal(signal.service(), signal.signal()))
                .ifPresent(sent -> chronicle.signalled(signal, sent));
        // Only now: the first thing it finds is the signal.
        groups.wake(signal.service());
    }

    /** By its command, and where that fails, by its signal. */
    void begin(Action.RunStop stop) {
        ServiceName name = stop.spec().name();
        groups.wake(name);
        Hook command = stop.policy().command().orElseThrow();
        orders.begin(
                stop.spec(),
                command,
                stop.process(),
                failure -> failure.filter(why -> isMain(name, stop.process())).ifPresent(why -> {
                    Signal signal = stop.policy().signal();
                    Action.SendSignal next = new Action.SendSignal(name, stop.process(), signal, why.detail());
                    chronicle.begun(next);
                    begin(next);
                }));
    }

    /** What the last daemon has perhaps begun and perhaps not. */
    void again(ServiceName name, ProcessId main, Optional<ServiceSpec> spec, StopPolicy otherwise) {
        if (spec.filter(s -> s.stop().command().isPresent()).isPresent()) {
            begin(new Action.RunStop(spec.get(), main, spec.get().stop(), "it was being stopped"));
        } else {
            signal(name, otherwise.signal());
        }
    }

    private Optional<Signal> signal(ServiceName name, Signal signal) {
        Optional<Signal> sent = processes.send(name, signal);
        if (sent.isPresent()) {
            Checkpoint.STOP_SIGNALLED.reached();
            records.signalled(name);
        }
        return sent;
    }

    private boolean isMain(ServiceName name, ProcessId process) {
        return processes.get(name).map(WatchedProcess::id).equals(Optional.of(process));
    }
}
