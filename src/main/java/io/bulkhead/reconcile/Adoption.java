package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.process.WatchedProcess;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a daemon does first: takes up the declared services that an earlier one left running. */
final class Adoption {
    private static final Logger log = LoggerFactory.getLogger(Adoption.class);

    private final KernelSide kernel;
    private final Reconciler reconciler;

    Adoption(KernelSide kernel, Reconciler reconciler) {
        this.kernel = kernel;
        this.reconciler = reconciler;
    }

    void adopt(HostSpec host) throws ErrnoException, IOException {
        Set<String> groups = kernel.cgroups().list();
        for (ServiceSpec spec : host.services().values()) {
            if (groups.contains(spec.name().value())) {
                adopt(spec.name(), Optional.of(spec));
            }
        }
        for (ServiceName name : host.broken().keySet()) {
            if (groups.contains(name.value())) {
                adopt(name, Optional.empty());
            }
        }
        forgetStrangers(host, groups);
    }

    private void adopt(ServiceName name, Optional<ServiceSpec> spec) throws ErrnoException {
        Set<Integer> members = kernel.cgroups().processes(name.value());
        Optional<RuntimeRecord> record = kernel.records().read(name.value());
        Optional<ProcessId> main = record.map(RuntimeRecord::process)
                .filter(id -> members.contains(id.pid()))
                .filter(id ->
                        kernel.processes().identify(id.pid()).filter(id::equals).isPresent())
                .or(() -> firstOf(members));
        if (main.isEmpty()) {
            return;
        }
        try {
            // Whatever the last daemon, or systemd since, has left undone of the group.
            kernel.cgroups().create(name.value());
            WatchedProcess process = WatchedProcess.attach(kernel.linux(), kernel.processes(), main.get());
            // Without a record nobody knows what it was launched from; the benefit of the doubt spares a restart.
            Optional<String> hash = record.map(RuntimeRecord::launchHash).or(() -> spec.map(SpecKey::launchHash));
            ServiceStatus status = ServiceStatus.adopted(
                    main.get(),
                    hash,
                    record.map(RuntimeRecord::startedAt)
                            .orElseGet(() -> kernel.processes().startedAt(main.get())));
            if (spec.isPresent()) {
                kernel.logs().open(name, spec.get().log());
            }
            reconciler.adopt(name, process, status);
        } catch (ErrnoException | IOException e) {
            log.warn("service={} pid={} not taken up: {}", name, main.get(), e.getMessage());
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

    private void forgetStrangers(HostSpec host, Set<String> groups) throws IOException {
        for (String service : kernel.records().list()) {
            boolean declared = ServiceName.isValid(service)
                    && (host.services().containsKey(new ServiceName(service))
                            || host.broken().containsKey(new ServiceName(service)));
            if (!declared && !groups.contains(service)) {
                kernel.records().delete(service);
            }
        }
    }
}
