package io.bulkhead.reconcile;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.Signal;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ProcessId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The services' main processes that live: their ends noticed, signals sent to them. Owned by the loop's thread. */
final class MainProcesses {
    private static final Logger log = LoggerFactory.getLogger(MainProcesses.class);
    private static final Duration REAPER_PATIENCE = Duration.ofSeconds(1);

    private final KernelSide kernel;
    private final EventLoop loop;
    private final LastWords lastWords;
    private final Ended ended;
    private final Map<ServiceName, WatchedProcess> processes = new HashMap<>();
    /** Those that have ended and that their parent has yet to reap, and until when that is waited for. */
    private final Map<ServiceName, Instant> unreaped = new HashMap<>();

    /** Processes whose place another has taken, and that are to be reaped. */
    private final Map<ProcessId, WatchedProcess> former = new HashMap<>();

    /** Has {@code then} run when nobody can take the place any more of a main process that has ended. */
    interface LastWords {
        void hearOut(ServiceName name, WatchedProcess ended, Runnable then);
    }

    /** Told of each end, once. */
    interface Ended {
        void accept(ServiceName name, WatchedProcess process, ExitStatus exit);
    }

    /** Of those whose place nobody takes. */
    MainProcesses(KernelSide kernel, EventLoop loop, Ended ended) {
        this(kernel, loop, (name, process, then) -> then.run(), ended);
    }

    MainProcesses(KernelSide kernel, EventLoop loop, LastWords lastWords, Ended ended) {
        this.kernel = kernel;
        this.loop = loop;
        this.lastWords = lastWords;
        this.ended = ended;
    }

    Optional<WatchedProcess> get(ServiceName name) {
        return Optional.ofNullable(processes.get(name));
    }

    boolean has(ServiceName name) {
        return processes.containsKey(name);
    }

    boolean isEmpty() {
        return processes.isEmpty();
    }

    void hold(ServiceName name, WatchedProcess process) throws ErrnoException {
        loop.watch(process.pidfd(), () -> look(name, process));
        processes.put(name, process);
    }

    /** Puts another in the place of a main process, which may have ended; where this fails, nothing has changed. */
    void replace(ServiceName name, WatchedProcess next) throws ErrnoException {
        WatchedProcess before = processes.get(name);
        hold(name, next);
        WatchedProcess back = former.remove(next.id());
        if (back != null) {
            loop.unwatch(back.pidfd());
            kernel.linux().close(back.pidfd());
        }
        unreaped.remove(name);
        if (before != null) {
            loop.unwatch(before.pidfd());
            retire(before);
        }
    }

    /** Whether it has been a main process and is this daemon's child. */
    boolean isFormer(ProcessId process) {
        return former.containsKey(process);
    }

    /** Nobody wants to know how it ends, but nobody else reaps it where it is our child. */
    private void retire(WatchedProcess process) {
        if (kernel.processes().isChild(process.id())) {
            try {
                loop.watch(process.pidfd(), () -> {
                    loop.unwatch(process.pidfd());
                    former.remove(process.id());
                    reap(process);
                });
                former.put(process.id(), process);
                return;
            } catch (ErrnoException e) {
                log.warn("pid={} will not be reaped: {}", process.id(), e.getMessage());
            }
        }
        kernel.linux().close(process.pidfd());
    }

    private void reap(WatchedProcess process) {
        try {
            process.exitStatus(kernel.linux(), kernel.processes());
        } catch (ErrnoException e) {
            log.debug("pid={} {}", process.id(), e.getMessage());
        }
        kernel.linux().close(process.pidfd());
    }

    private void look(ServiceName name, WatchedProcess process) {
        Optional<ExitStatus> exit;
        try {
            exit = process.exitStatus(kernel.linux(), kernel.processes());
        } catch (ErrnoException e) {
            log.warn("service={} pid={} exit status: {}", name, process.id(), e.getMessage());
            exit = Optional.of(new ExitStatus.Unknown(false));
        }
        loop.unwatch(process.pidfd());
        if (exit.isPresent()) {
            gone(name, process, exit.get());
        } else {
            awaitReaper(name, process);
        }
    }

    /** Whose child it is learns first how it ended, and the kernel tells others after that. */
    private void awaitReaper(ServiceName name, WatchedProcess process) {
        try {
            loop.watchHangUp(process.pidfd(), () -> look(name, process));
            unreaped.put(name, Instant.now().plus(REAPER_PATIENCE));
        } catch (ErrnoException e) {
            gone(name, process, new ExitStatus.Unknown(false));
        }
    }

    /** A parent that doesn't reap must not keep a service down. */
    void giveUpOnReapers(Instant now) {
        if (unreaped.isEmpty()) {
            return;
        }
        for (ServiceName name : List.copyOf(unreaped.keySet())) {
            WatchedProcess process = processes.get(name);
            if (process != null && !now.isBefore(unreaped.getOrDefault(name, now))) {
                loop.unwatch(process.pidfd());
                gone(name, process, new ExitStatus.Unknown(false));
            }
        }
    }

    /** The earlier of {@code wake} and of when {@link #giveUpOnReapers} has something to do. */
    Instant earlier(Instant wake) {
        Instant earliest = wake;
        for (Instant patience : unreaped.values()) {
            earliest = patience.isBefore(earliest) ? patience : earliest;
        }
        return earliest;
    }

    private void gone(ServiceName name, WatchedProcess process, ExitStatus exit) {
        unreaped.remove(name);
        Checkpoint.END_SEEN.reached();
        lastWords.hearOut(name, process, () -> {
            if (processes.remove(name, process)) {
                kernel.linux().close(process.pidfd());
                ended.accept(name, process, exit);
            }
        });
    }

    /** As {@link WatchedProcess#signal}; empty where there was no process to send it to. */
    Optional<Signal> send(ServiceName name, Signal signal) {
        WatchedProcess process = processes.get(name);
        if (process == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(process.signal(kernel.linux(), kernel.processes(), signal));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ESRCH) {
                log.warn("service={} pid={} {}", name, process.id(), e.getMessage());
            }
            return Optional.empty();
        }
    }
}
