package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.plan.Desired;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.HookPoint;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HookRun;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon does first: goes on from where an earlier one ended, wherever that was. What runs is the kernel's to say;
 * the records add what it was launched from, what was about to be done, and the history.
 *
 * <pre>
 * the record says            the group holds          taken as
 * a process                  that process             what the record says of it; STOPPING goes on
 * a process                  others or nobody         ended while no daemon ran; the others are killed
 * STARTING, no process yet   a process that exec'ed   the one that was launched
 *                            one that has not exec'ed nothing launched; it is killed
 *                            nobody                   nothing launched; with restart.policy never: ended unseen
 * no process                 anything                 what the record says; whoever is there is killed in time
 * a hook                     the hook's process       under way, with the whole time once more
 *                            others or nobody         a post-stop is over, or run anew where none was launched; a start is
 *                                                     undone, and begun anew
 * no record                  a process                launched from the present configuration, which spares a restart
 * </pre>
 *
 * <p>That another process had become the main one may never have been written down: the one before is it then, or has ended.
 *
 * <p>A service that is no longer declared is taken up all the same, so that it is stopped as it was to be stopped.
 */
final class Adoption {
    private static final Logger log = LoggerFactory.getLogger(Adoption.class);

    private final KernelSide kernel;
    private final Reconciler reconciler;
    private final HostSpec host;
    private final Map<ServiceName, Boolean> overrides = new HashMap<>();
    private final Map<ServiceName, ProcessId> replaced = new HashMap<>();

    Adoption(KernelSide kernel, Reconciler reconciler, HostSpec host) {
        this.kernel = kernel;
        this.reconciler = reconciler;
        this.host = host;
    }

    /** Hands back what operators said otherwise, of no service yet. */
    Desired adopt() throws ErrnoException, IOException {
        Set<String> groups = kernel.cgroups().list();
        Set<ServiceName> recorded = kernel.records().list();
        Set<ServiceName> names = new TreeSet<>(recorded);
        names.addAll(host.services().keySet());
        names.addAll(host.broken().keySet());
        names.addAll(kernel.logs().withPipes());
        for (ServiceName name : names) {
            try {
                Optional<RuntimeRecord> record =
                        recorded.contains(name) ? kernel.records().read(name) : Optional.empty();
                if (recorded.contains(name) && record.isEmpty()) {
                    log.warn("service={} runtime record is damaged or of another boot, and not used", name);
                }
                new OneService(name, record).adopt(groups.contains(name.value()));
            } catch (ErrnoException | IOException e) {
                log.warn("service={} not taken up: {}", name, e.getMessage());
            }
        }
        groups.forEach(reconciler.hooks()::clear);
        return new Desired(Map.of(), Map.of(), overrides, false).replacing(replaced);
    }

    /** The adoption of one service. */
    private final class OneService {
        private final ServiceName name;
        private final Optional<ServiceSpec> spec;
        private final Optional<RuntimeRecord> record;

        OneService(ServiceName name, Optional<RuntimeRecord> record) {
            this.name = name;
            this.spec = Optional.ofNullable(host.services().get(name));
            this.record = record;
        }

        void adopt(boolean hasGroup) throws ErrnoException, IOException {
            if (hasGroup) {
                reconciler.reloads().endLeft(name);
                reconciler.stopper().orders().endLeft(name);
                kernel.prober().endLeft(name); // before anybody of the group is taken for the service
            }
            record.flatMap(RuntimeRecord::override).ifPresent(run -> overrides.put(name, run));
            record.flatMap(RuntimeRecord::replaced).ifPresent(process -> replaced.put(name, process));
            ServiceStatus status = record.map(RuntimeRecord::status).orElse(ServiceStatus.NEW);
            if (status.turn().isEmpty()) {
                status = status.with(spec.flatMap(kernel.stamps()::read));
            }
            Optional<ProcessId> main = Optional.empty();
            Optional<HookRun> hook = status.hooks().run();
            Optional<ProcessId> hookProcess = hook.flatMap(HookRun::process);
            Optional<WatchedProcess> hooked = hookProcess.isPresent() ? attach(hookProcess.get()) : Optional.empty();
            boolean launching = hook.isEmpty() && (record.isEmpty() || status.state() == ServiceState.STARTING);
            if (status.process().isPresent()) {
                main = status.process().filter(this::lives);
            } else if (launching) {
                Set<Integer> members = hasGroup ? kernel.cgroups().processes(name.value()) : Set.of();
                main = firstOf(members).filter(this::hasExeced);
                if (main.isPresent()) {
                    status = foundRunning(status, main.get());
                } else if (record.isPresent()) {
                    status = notLaunched(status, members.isEmpty());
                }
            }
            if (hook.isPresent() && hooked.isEmpty()) {
                status = withoutHook(status, hook.get());
            }
            boolean known =
                    record.isPresent() || main.isPresent() || status.turn().isPresent();
            if (known || !isDeclared()) {
                reconciler.adopt(name, remembered(status));
            }
            openLogs(status);
            if (main.isPresent()) {
                hold(main.get(), status);
            } else {
                status.process().ifPresent(gone -> reconciler.endedUnseen(name, gone));
            }
            if (status.hooks().run().isPresent()) {
                takeUp(status.hooks().run().get(), hooked);
            }
        }

        private void takeUp(HookRun hook, Optional<WatchedProcess> process) throws ErrnoException {
            if (process.isPresent()) {
                reconciler.hooks().adopt(name, hook, process.get());
            } else {
                reconciler.hooks().endedUnseen(name, hook, hook.process().orElseThrow());
            }
        }

        /** Empty where it is gone; that may happen at any moment. */
        private Optional<WatchedProcess> attach(ProcessId id) throws ErrnoException {
            try {
                return Optional.of(WatchedProcess.attach(kernel.linux(), kernel.processes(), id));
            } catch (ErrnoException e) {
                if (e.errno() == ErrnoException.ESRCH) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        /** What a hook has done whose process is gone, or was never known, nobody can tell. */
        private ServiceStatus withoutHook(ServiceStatus status, HookRun hook) {
            if (hook.point() == HookPoint.POST_STOP && hook.process().isPresent()) {
                return status; // it has been run
            }
            ServiceStatus without = status.with(status.hooks().idle());
            return status.state() == ServiceState.STARTING ? undone(without.with(ServiceState.STOPPED)) : without;
        }

        /** Its post-stop, if it has one, comes first. */
        private ServiceStatus undone(ServiceStatus status) {
            return status.hooks().owed() ? status.heldBack() : status;
        }

        private boolean isDeclared() {
            return spec.isPresent() || host.broken().containsKey(name);
        }

        private void hold(ProcessId main, ServiceStatus status) throws ErrnoException {
            // Whatever the last daemon, or systemd since, has left undone of the group.
            if (record.filter(r -> r.status().process().isPresent()).isEmpty()
                    || !kernel.cgroups().isWhole(name.value())) {
                kernel.cgroups().create(name.value());
            }
            Optional<WatchedProcess> process = attach(main);
            if (process.isEmpty()) {
                reconciler.endedUnseen(name, main);
                return;
            }
            reconciler.adopt(name, process.get());
            boolean unsignalled = record.filter(RuntimeRecord::signalled).isEmpty();
            if (status.state() == ServiceState.STOPPING && unsignalled) {
                reconciler.stopper().again(name, main, spec, status.stop());
            }
        }

        private ServiceStatus foundRunning(ServiceStatus status, ProcessId main) {
            Optional<String> hash = status.launchHash().or(() -> spec.map(SpecKey::launchHash));
            return status.with(ServiceState.STARTING)
                    .launched(main, hash, kernel.processes().startedAt(main));
        }

        /** @param maybe whether it can have been launched and have ended since */
        private ServiceStatus notLaunched(ServiceStatus status, boolean maybe) {
            boolean once = spec.filter(s -> s.restart().when() == RestartPolicy.When.NEVER)
                    .isPresent();
            if (maybe && once) {
                return undone(status.ended(Optional.of(new ExitStatus.Unknown(true)), Instant.now(), status.shortRuns())
                        .with(ServiceState.EXITED));
            }
            return undone(status.with(ServiceState.STOPPED));
        }

        /** The record as the next one is compared with. */
        private RuntimeRecord remembered(ServiceStatus status) {
            Map<String, String> keys = record.map(RuntimeRecord::launchKeys).orElse(Map.of());
            if (keys.isEmpty()) {
                keys = spec.map(SpecKey::launchKeys).orElse(Map.of());
            }
            boolean limited = spec.isPresent()
                    && record.filter(r -> r.limits().equals(spec.get().limits().toString()))
                            .isPresent();
            ServiceStatus next =
                    limited ? status.applied(status.launchHash(), spec.get().limits(), status.stop()) : status;
            return RuntimeRecord.of(
                    next,
                    keys,
                    record.map(RuntimeRecord::signalled).orElse(false),
                    record.flatMap(RuntimeRecord::override),
                    record.flatMap(RuntimeRecord::replaced));
        }

        /** What it was launched with, where that is not what is declared now, says nothing of where its output is. */
        private void openLogs(ServiceStatus status) throws ErrnoException, IOException {
            boolean same = spec.isPresent() && status.launchHash().equals(spec.map(SpecKey::launchHash));
            if (same) {
                if (status.state() == ServiceState.STARTING
                        && !status.progress().ready()) {
                    // What it has printed since may be what is waited for.
                    spec.get().readyLine().ifPresent(regex -> kernel.logs().listen(name, regex, line -> {}));
                }
                kernel.logs().open(name, spec.get().log());
            } else {
                kernel.logs().openLeft(name);
            }
        }

        private boolean lives(ProcessId id) {
            return kernel.processes().identify(id.pid()).filter(id::equals).isPresent();
        }

        /**
         * Whether the launched process is one of the service's by now. One that isn't has shared the dead daemon's memory
         * for all the time since: it hangs, and is killed. It is frozen first, so that it can't become the service between
         * the look and the blow: whoever execs in a frozen group doesn't get to its first instruction.
         */
        private boolean hasExeced(ProcessId main) {
            try {
                if (!kernel.processes().hasNotExeced(main.pid())) {
                    kernel.cgroups().thaw(name.value()); // a daemon may have died in what follows
                    return true;
                }
                kernel.cgroups().freeze(name.value());
                boolean exec = !kernel.processes().hasNotExeced(main.pid());
                if (!exec) {
                    log.warn("service={} pid={} was never launched to the end, and is killed", name, main);
                    kernel.cgroups().killAll(name.value());
                }
                kernel.cgroups().thaw(name.value());
                return exec;
            } catch (ErrnoException e) {
                log.warn("service={} pid={} {}", name, main, e.getMessage());
                return true;
            }
        }

        /** The process that the others come from: first of its PID namespace, else the one that was started first. */
        private Optional<ProcessId> firstOf(Set<Integer> pids) {
            List<ProcessId> processes = new ArrayList<>();
            for (int pid : pids) {
                Optional<ProcessId> id = kernel.processes().identify(pid);
                if (id.isPresent() && kernel.processes().isNamespaceInit(pid)) {
                    return id;
                }
                id.ifPresent(processes::add);
            }
            return processes.stream()
                    .min(Comparator.comparingLong(ProcessId::startTicks).thenComparingInt(ProcessId::pid));
        }
    }
}
