package io.bulkhead.reconcile;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.reconcile.Outcome.Result;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** The configuration in force, and how another takes its place: what {@code reread}, {@code plan}, {@code reload} and the like do. */
final class Configurations {
    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final SpecSource source;
    private final KernelSide kernel;
    private final Supervisor.Listener listener;
    private final Chronicle chronicle;

    Configurations(
            Supervisor supervisor,
            Reconciler reconciler,
            SpecSource source,
            KernelSide kernel,
            Supervisor.Listener listener,
            Chronicle chronicle) {
        this.supervisor = supervisor;
        this.reconciler = reconciler;
        this.source = source;
        this.kernel = kernel;
        this.listener = listener;
        this.chronicle = chronicle;
    }

    Changes preview() throws ConfigException {
        HostSpec next = source.load();
        Changes changes = Differences.between(supervisor.inForceNow(), next);
        return changes.with(notes(changes, next));
    }

    /** What the limits of services that come or change will do otherwise than asked. */
    private List<String> notes(Changes changes, HostSpec next) {
        List<String> notes = new ArrayList<>();
        for (ServiceSpec spec : next.services().values()) {
            ServiceName name = spec.name();
            if (!changes.added().contains(name) && !changes.changed().containsKey(name)) {
                continue;
            }
            try {
                kernel.cgroups()
                        .foresee(name.value(), spec.limits())
                        .forEach(each -> notes.add(name + ": " + each.key() + ": " + each.sentence()));
            } catch (ErrnoException e) {
                notes.add(name + ": " + e.getMessage());
            }
        }
        return notes;
    }

    Changes reload() throws ConfigException {
        listener.reloading();
        try {
            HostSpec next = load();
            Changes changes = Differences.between(supervisor.inForceNow(), next);
            List<String> notes = notes(changes, next);
            return putInForce(next).with(notes);
        } finally {
            listener.reloaded();
        }
    }

    private HostSpec load() throws ConfigException {
        try {
            return source.load();
        } catch (ConfigException e) {
            supervisor.onLoop(() -> {
                chronicle.refused(e.problems());
                return CompletableFuture.completedFuture(e);
            });
            throw e;
        }
    }

    private Changes putInForce(HostSpec next) {
        return supervisor.onLoop(() -> {
            Changes changes = Differences.between(supervisor.inForce(), next);
            Checkpoint.RELOAD_READ.reached();
            supervisor.putInForce(next);
            Checkpoint.RELOAD_IN_FORCE.reached();
            chronicle.reloaded(changes);
            Set<ServiceName> concerned = new TreeSet<>(changes.added());
            concerned.addAll(changes.removed());
            concerned.addAll(changes.changed().keySet());
            return reconciler
                    .when(() -> concerned.stream().allMatch(this::isTrue))
                    .thenApply(nothing -> changes);
        });
    }

    /** Whether a service is as the configuration in force has it, or has failed to be. */
    private boolean isTrue(ServiceName name) {
        Optional<ServiceStatus> status = reconciler.status(name);
        if (!reconciler.desired().services().containsKey(name)) {
            return status.isEmpty() && !reconciler.isBusy(name);
        }
        if (status.isEmpty() || reconciler.isBusy(name) || reconciler.hasDifferences(name)) {
            return false;
        }
        ServiceState state = status.get().state();
        boolean comes = status.get()
                .progress()
                .waiting()
                .filter(waiting -> !waiting.hopeless())
                .isPresent();
        boolean current = status.get().process().isEmpty()
                || status.get()
                        .launchHash()
                        .equals(Optional.of(SpecKey.launchHash(
                                reconciler.desired().spec(name).orElseThrow())));
        return current && !comes && state != ServiceState.STARTING && state != ServiceState.STOPPING;
    }

    Operations.Applied update(Set<String> names) throws ConfigException {
        HostSpec loaded = load();
        HostSpec before = supervisor.inForceNow();
        HostSpec next = names.isEmpty() || names.contains("all") ? loaded : partly(before, loaded, names);
        Changes changes = putInForce(next);
        List<Outcome> outcomes = new ArrayList<>();
        changes.removed().forEach(name -> outcomes.add(new Outcome(name.value(), Result.REMOVED)));
        changes.changed().keySet().forEach(name -> outcomes.add(new Outcome(name.value(), Result.UPDATED)));
        changes.added().forEach(name -> outcomes.add(new Outcome(name.value(), Result.ADDED)));
        for (String name : names) {
            boolean known = name.equals("all")
                    || (ServiceName.isValid(name)
                            && (before.services().containsKey(new ServiceName(name))
                                    || loaded.services().containsKey(new ServiceName(name))));
            if (!known) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_GROUP));
            }
        }
        return new Operations.Applied(changes, outcomes);
    }

    /** The configuration {@code before}, but for the services named as {@code loaded} has them. */
    private static HostSpec partly(HostSpec before, HostSpec loaded, Set<String> names) {
        Map<ServiceName, ServiceSpec> services = new TreeMap<>(before.services());
        TreeMap<ServiceName, List<io.bulkhead.spec.Problem>> broken = new TreeMap<>(before.broken());
        for (String text : names) {
            if (ServiceName.isValid(text)) {
                ServiceName name = new ServiceName(text);
                services.remove(name);
                broken.remove(name);
                Optional.ofNullable(loaded.services().get(name)).ifPresent(spec -> services.put(name, spec));
            }
        }
        return new HostSpec(before.supervisor(), new TreeMap<>(services), broken);
    }

    List<Outcome> add(List<String> names) throws ConfigException {
        HostSpec loaded = load();
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            if (!ServiceName.isValid(name) || !loaded.services().containsKey(new ServiceName(name))) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_PROCESS));
            } else if (supervisor.inForceNow().services().containsKey(new ServiceName(name))) {
                outcomes.add(new Outcome(name, Result.ALREADY_ADDED));
            } else {
                putInForce(partly(supervisor.inForceNow(), loaded, Set.of(name)));
                outcomes.add(new Outcome(name, Result.ADDED));
            }
        }
        return outcomes;
    }

    List<Outcome> remove(List<String> names) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            HostSpec inForce = supervisor.inForceNow();
            if (!ServiceName.isValid(name) || !inForce.services().containsKey(new ServiceName(name))) {
                outcomes.add(new Outcome(name, Result.NO_SUCH_PROCESS));
            } else if (reconciler
                    .published()
                    .getOrDefault(new ServiceName(name), ServiceStatus.NEW)
                    .process()
                    .isPresent()) {
                outcomes.add(new Outcome(name, Result.STILL_RUNNING));
            } else {
                HostSpec without = new HostSpec(inForce.supervisor(), Map.of());
                putInForce(partly(inForce, without, Set.of(name)));
                outcomes.add(new Outcome(name, Result.REMOVED));
            }
        }
        return outcomes;
    }

    List<Operations.Available> available() throws ConfigException {
        HostSpec inForce = supervisor.inForceNow();
        return source.load().services().values().stream()
                .map(spec -> new Operations.Available(
                        spec.name(), inForce.services().containsKey(spec.name()), spec.autostart()))
                .toList();
    }
}
