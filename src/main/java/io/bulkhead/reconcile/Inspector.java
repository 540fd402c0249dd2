package io.bulkhead.reconcile;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.reconcile.Inspection.Limit;
import io.bulkhead.reconcile.Inspection.Member;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.HookRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks a service up in the kernel, for somebody who wants to know all of it. Thread-safe: only reads. */
final class Inspector {
    private static final Logger log = LoggerFactory.getLogger(Inspector.class);
    /** Of a fork bomb, some are enough. */
    private static final int MOST_PROCESSES = 1000;

    private final KernelSide kernel;

    Inspector(KernelSide kernel) {
        this.kernel = kernel;
    }

    Inspection inspect(ServiceReport report, Optional<HookRun> hook, Optional<ServiceSpec> spec, List<Path> logs) {
        return new Inspection(
                report,
                spec.map(Inspector::keys).orElse(List.of()),
                groups(report.name()),
                spec.map(this::limits).orElse(List.of()),
                hook.map(run -> new Inspection.Hook(run, command(spec, run))),
                kernel.cgroups().hardship(report.name().value()).lines(),
                processes(report.name(), hook),
                logs);
    }

    private static List<Inspection.Key> keys(ServiceSpec spec) {
        // Where a key has two effects, the second one has all of its value.
        Map<String, Inspection.Key> keys = new LinkedHashMap<>();
        for (SpecKey key : SpecKey.ALL) {
            keys.put(key.path(), new Inspection.Key(key.path(), key.shown(spec), spec.originOf(key.path())));
        }
        return List.copyOf(keys.values());
    }

    private static List<String> command(Optional<ServiceSpec> spec, HookRun run) {
        return spec.flatMap(s -> s.lifecycle().hooks().at(run.point()))
                .map(Hook::command)
                .orElse(List.of());
    }

    private List<Path> groups(ServiceName name) {
        List<Path> groups = new ArrayList<>();
        var join = kernel.cgroups().join(name.value());
        join.unified().ifPresent(groups::add);
        for (Path tasks : join.tasksFiles()) {
            if (tasks.getParent() != null) {
                groups.add(tasks.getParent());
            }
        }
        groups.removeIf(group -> !kernel.linux().exists(group.toString()));
        return groups;
    }

    private List<Limit> limits(ServiceSpec spec) {
        try {
            return kernel.cgroups().report(spec.name().value(), spec.limits()).stream()
                    .map(l -> new Limit(l.key(), l.file(), l.asked(), l.written(), l.effective(), l.limitedBy()))
                    .toList();
        } catch (ErrnoException e) {
            log.debug("service={} limits not read: {}", spec.name(), e.getMessage()); // no group, or no longer
            return List.of();
        }
    }

    /** A hook on the host is in a group of its own. */
    private List<Member> processes(ServiceName name, Optional<HookRun> hook) {
        TreeSet<Integer> pids = new TreeSet<>();
        try {
            pids.addAll(kernel.cgroups().processes(name.value()));
            if (hook.isPresent()) {
                pids.addAll(kernel.cgroups().processes(hook.get().where().group(name)));
            }
        } catch (ErrnoException e) {
            log.debug("service={} processes not read: {}", name, e.getMessage());
        }
        return pids.stream()
                .limit(MOST_PROCESSES)
                .map(pid -> new Member(pid, kernel.processes().command(pid)))
                .toList();
    }
}
