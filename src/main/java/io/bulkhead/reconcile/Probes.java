package io.bulkhead.reconcile;

import io.bulkhead.health.Findings;
import io.bulkhead.health.Prober;
import io.bulkhead.health.Subject;
import io.bulkhead.launch.Streams;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.LogPump;
import io.bulkhead.plan.Desired;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import io.bulkhead.status.Signs;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has those asked who are to be asked how they are: processes that are up, stand not still and are not told to end. Owned by
 * the loop's thread; {@link #findings} is for any.
 */
final class Probes {
    private static final Logger log = LoggerFactory.getLogger(Probes.class);

    private final Linux linux;
    private final Prober prober;
    private final LogPump logs;
    private final Map<ServiceName, Asked> asked = new HashMap<>();
    private Desired desired = Desired.NOTHING;
    private Set<ServiceName> declared = Set.of();

    /**
     * Who is asked, and what.
     *
     * @param process the main process
     * @param first the one that was it when the asking began
     */
    record Asked(ProcessId process, ServiceSpec spec, ProcessId first) {
        Asked with(ServiceSpec next) {
            return new Asked(process, next, first);
        }
    }

    /** Told whom a run names as its main process: its first process, and pids. */
    interface Named {
        void accept(ServiceName name, ProcessId first, List<Integer> pids);
    }

    Probes(KernelSide kernel, EventLoop loop, Chronicle chronicle, Named named) {
        this.linux = kernel.linux();
        this.prober = kernel.prober();
        this.logs = kernel.logs();
        prober.listener(new Prober.Listener() {
            @Override
            public void changed(ServiceName name, ProcessId first, Prober.Change change) {
                loop.post(() -> asked(name)
                        .filter(one -> one.first.equals(first))
                        .ifPresent(one -> chronicle.probed(name, change)));
            }

            @Override
            public void named(ServiceName name, ProcessId first, List<Integer> pids) {
                loop.post(() -> named.accept(name, first, pids));
            }
        });
    }

    Optional<Asked> asked(ServiceName name) {
        return Optional.ofNullable(asked.get(name));
    }

    /** Another process is the main one, and has come to that in words. */
    void moved(ServiceName name, WatchedProcess next, String how) {
        Asked before = asked.get(name);
        if (before == null) {
            return;
        }
        asked.put(name, new Asked(next.id(), before.spec, before.first));
        try {
            int pidfd = linux.duplicate(next.pidfd(), Streams.LEAST);
            prober.moved(name, before.first, next.id(), pidfd, how);
        } catch (ErrnoException e) {
            log.warn("service={} pid={} is not asked how it is: {}", name, next.id(), e.getMessage());
        }
    }

    /** A process is gone. */
    void gone(ServiceName name) {
        prober.sockets().close(name);
    }

    /** What is known of a process by asking it. */
    Findings findings(ServiceName name, ProcessId process) {
        return prober.findings(name, process);
    }

    Signs signs(ServiceName name) {
        Asked one = asked.get(name);
        return one == null ? Signs.NONE : prober.findings(name, one.process).signs();
    }

    /** Begins and ends what is to be by now. */
    void follow(
            Desired next, Map<ServiceName, ServiceStatus> statuses, MainProcesses processes, Set<ServiceName> paused) {
        if (next != desired) {
            desired = next;
            declared = declared(next);
        }
        Set<ServiceName> names = new HashSet<>(asked.keySet());
        names.addAll(declared);
        for (ServiceName name : names) {
            ServiceStatus status = statuses.getOrDefault(name, ServiceStatus.NEW);
            boolean up = status.state() == ServiceState.STARTING || status.state() == ServiceState.RUNNING;
            Optional<WatchedProcess> process = processes
                    .get(name)
                    .filter(p -> up && declared.contains(name) && !paused.contains(name))
                    .filter(p -> status.process().filter(p.id()::equals).isPresent());
            if (process.isPresent()) {
                ask(desired.spec(name).orElseThrow(), status, process.get());
            } else if (asked.remove(name) != null) {
                prober.end(name);
                logs.forget(name);
            }
        }
    }

    private static Set<ServiceName> declared(Desired desired) {
        Set<ServiceName> declared = new HashSet<>();
        desired.services().forEach((name, service) -> {
            if (service.spec().start().ready().isPresent()
                    || service.spec().health().isPresent()) {
                declared.add(name);
            }
        });
        return declared;
    }

    private void ask(ServiceSpec spec, ServiceStatus status, WatchedProcess process) {
        Asked before = asked.get(spec.name());
        if (before == null || !before.process.equals(process.id())) {
            begin(spec, status, process);
        } else if (!before.spec.equals(spec)) {
            prober.update(spec);
            if (!isReady(status)) {
                listen(spec, before.first);
            }
            asked.put(spec.name(), before.with(spec));
        }
    }

    private static boolean isReady(ServiceStatus status) {
        return status.state() == ServiceState.RUNNING || status.progress().ready();
    }

    private void listen(ServiceSpec spec, ProcessId first) {
        spec.readyLine()
                .ifPresentOrElse(
                        regex -> logs.listen(spec.name(), regex, line -> prober.printed(spec.name(), first, line)),
                        () -> logs.forget(spec.name()));
    }

    private void begin(ServiceSpec spec, ServiceStatus status, WatchedProcess process) {
        boolean ready =
                status.state() == ServiceState.RUNNING || status.progress().ready();
        Instant now = Instant.now();
        Duration age = Duration.between(status.startedAt().orElse(now), now);
        try {
            int pidfd = linux.duplicate(process.pidfd(), Streams.LEAST);
            prober.begin(new Subject(spec, process.id(), pidfd, age, ready));
            if (!ready) {
                listen(spec, process.id());
            }
            asked.put(spec.name(), new Asked(process.id(), spec, process.id()));
        } catch (ErrnoException e) {
            log.warn("service={} is not asked how it is: {}", spec.name(), e.getMessage());
        }
    }
}
