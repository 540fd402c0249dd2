package io.bulkhead.plan;

import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceStatus;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is wanted: the configuration in force, and what an operator said otherwise. Immutable. */
public final class Desired {
    public static final Desired NOTHING = new Desired(Map.of(), Map.of(), Map.of(), false);

    private final Map<ServiceName, Declared> services;
    private final Map<ServiceName, String> broken;
    private final Map<ServiceName, Boolean> overrides;
    private final Map<ServiceName, ProcessId> replaced;
    private final boolean stopAll;
    private final Graph graph;
    /** What services that are not declared any more were, while something is left of them. */
    private final Map<ServiceName, ServiceSpec> former;

    /**
     * @param services every declared service that can run
     * @param broken why a declared service cannot
     * @param overrides an operator's {@code start} (true) or {@code stop} (false), until the configuration drops the service
     * @param stopAll whether the daemon is to end and take all down
     */
    public Desired(
            Map<ServiceName, Declared> services,
            Map<ServiceName, String> broken,
            Map<ServiceName, Boolean> overrides,
            boolean stopAll) {
        this(
                Map.copyOf(services),
                Map.copyOf(broken),
                Map.copyOf(overrides),
                Map.of(),
                stopAll,
                Graph.of(services.values().stream().map(Declared::spec).toList()),
                Map.of());
    }

    private Desired(
            Map<ServiceName, Declared> services,
            Map<ServiceName, String> broken,
            Map<ServiceName, Boolean> overrides,
            Map<ServiceName, ProcessId> replaced,
            boolean stopAll,
            Graph graph,
            Map<ServiceName, ServiceSpec> former) {
        this.services = services;
        this.broken = broken;
        this.overrides = overrides;
        this.replaced = replaced;
        this.stopAll = stopAll;
        this.graph = graph;
        this.former = former;
    }

    /**
     * The same, knowing what was declared before of services that are not any more.
     *
     * @param left the services of which something is left
     */
    public Desired after(Desired before, Set<ServiceName> left) {
        Map<ServiceName, ServiceSpec> specs = new HashMap<>();
        for (ServiceName name : left) {
            if (!services.containsKey(name)) {
                before.lastSpec(name).ifPresent(spec -> specs.put(name, spec));
            }
        }
        return new Desired(services, broken, overrides, replaced, stopAll, graph, Map.copyOf(specs));
    }

    public Map<ServiceName, Declared> services() {
        return services;
    }

    public Map<ServiceName, String> broken() {
        return broken;
    }

    public Map<ServiceName, Boolean> overrides() {
        return overrides;
    }

    /** Processes in whose place an operator wants others, in turn. */
    public Map<ServiceName, ProcessId> replaced() {
        return replaced;
    }

    public Desired replacing(Map<ServiceName, ProcessId> processes) {
        return new Desired(services, broken, overrides, Map.copyOf(processes), stopAll, graph, former);
    }

    /** As the main process of a service is another: who wants another in place of the one wants it in place of the other. */
    public Desired moved(ServiceName name, ProcessId from, ProcessId to) {
        if (!from.equals(replaced.get(name))) {
            return this;
        }
        Map<ServiceName, ProcessId> moved = new HashMap<>(replaced);
        moved.put(name, to);
        return replacing(moved);
    }

    /** Without the processes that are gone, and those of services of which another has failed in its place. */
    public Desired stillReplacing(Map<ServiceName, ServiceStatus> statuses) {
        if (replaced.isEmpty()) {
            return this;
        }
        Map<ServiceName, ProcessId> left = new HashMap<>(replaced);
        left.entrySet()
                .removeIf(entry -> !isReplaced(entry.getKey(), status(statuses, entry.getKey()))
                        || members(entry.getKey()).stream()
                                .anyMatch(member -> setback(member, status(statuses, member))
                                        .isPresent()));
        return left.size() == replaced.size() ? this : replacing(left);
    }

    /** All of its service, where they are replaced in turn. */
    private List<ServiceName> members(ServiceName name) {
        return spec(name)
                .filter(Roll::isFor)
                .map(spec -> graph.members(spec.instance().service().value()))
                .orElse(List.of());
    }

    private static ServiceStatus status(Map<ServiceName, ServiceStatus> statuses, ServiceName name) {
        return statuses.getOrDefault(name, ServiceStatus.NEW);
    }

    public boolean stopAll() {
        return stopAll;
    }

    Graph graph() {
        return graph;
    }

    /**
     * A declared service.
     *
     * @param launchKeys what a process of it is launched from; {@link SpecKey#launchKeys}
     * @param launchHash of these, computed once: it costs more than all else in a round
     */
    public record Declared(ServiceSpec spec, Map<String, String> launchKeys, String launchHash) {
        /** Whether the last process was launched from another specification; a scheduled run that is under way goes on all the same. */
        public boolean outdates(ServiceStatus status) {
            boolean goesOn = spec.lifecycle().kind() == Lifecycle.Kind.SCHEDULED
                    && status.process().isPresent();
            return !goesOn
                    && status.launchHash()
                            .filter(hash -> !hash.equals(launchHash))
                            .isPresent();
        }

        public static Map<ServiceName, Declared> all(Collection<ServiceSpec> specs) {
            Map<ServiceName, Declared> declared = new HashMap<>();
            for (ServiceSpec spec : specs) {
                Map<String, String> keys = SpecKey.launchKeys(spec);
                declared.put(spec.name(), new Declared(spec, keys, SpecKey.launchHash(keys)));
            }
            return declared;
        }
    }

    public Desired withOverride(ServiceName name, boolean run) {
        Map<ServiceName, Boolean> changed = new HashMap<>(overrides);
        changed.put(name, run);
        return new Desired(services, broken, Map.copyOf(changed), replaced, stopAll, graph, former);
    }

    /** An operator starts it: those that it requires are stopped no longer. */
    public Desired started(ServiceName name) {
        Map<ServiceName, Boolean> changed = new HashMap<>(overrides);
        Deque<ServiceName> open = new ArrayDeque<>(Set.of(name));
        Set<ServiceName> seen = new HashSet<>();
        while (!open.isEmpty()) {
            ServiceName next = open.remove();
            Declared declared = services.get(next);
            if (!seen.add(next) || declared == null) {
                continue;
            }
            for (String other :
                    declared.spec().lifecycle().dependencies().requires().keySet()) {
                for (ServiceName member : graph.members(other)) {
                    changed.remove(member, false);
                    open.add(member);
                }
            }
        }
        changed.put(name, true);
        return new Desired(services, broken, Map.copyOf(changed), replaced, stopAll, graph, former);
    }

    public Desired stoppingAll() {
        return new Desired(services, broken, overrides, replaced, true, graph, former);
    }

    /** The spec in force, where there is one. */
    public Optional<ServiceSpec> spec(ServiceName name) {
        return Optional.ofNullable(services.get(name)).map(Declared::spec);
    }

    /** Whether its process is not from the present configuration, or an operator wants another. */
    boolean isOutdated(ServiceName name, ServiceStatus status) {
        return status.process().isPresent() && (isChanged(name, status) || isReplaced(name, status));
    }

    /** Whether what it was last launched from is not what is declared now. */
    boolean isChanged(ServiceName name, ServiceStatus status) {
        Declared declared = services.get(name);
        return declared == null || declared.outdates(status);
    }

    boolean isReplaced(ServiceName name, ServiceStatus status) {
        return status.process().isPresent() && status.process().equals(Optional.ofNullable(replaced.get(name)));
    }

    /** How a run from the present configuration has failed. */
    Optional<String> setback(ServiceName name, ServiceStatus status) {
        boolean counts = !isChanged(name, status) && !isReplaced(name, status);
        return status.setback().filter(how -> counts);
    }

    /** Its name as people see it. */
    String shown(ServiceName name) {
        return spec(name).map(spec -> spec.instance().shown()).orElse(name.value());
    }

    /** The spec in force, or the last one that was. */
    Optional<ServiceSpec> lastSpec(ServiceName name) {
        return spec(name).or(() -> Optional.ofNullable(former.get(name)));
    }

    /** Whether the service is to run, whoever needs it. */
    boolean runs(ServiceSpec spec) {
        return !stopAll && overrides.getOrDefault(spec.name(), spec.autostart());
    }
}
