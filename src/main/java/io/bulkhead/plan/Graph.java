package io.bulkhead.plan;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who needs whom, worked out once for a configuration. */
final class Graph {
    private final Map<String, List<ServiceName>> members = new HashMap<>();
    private final Map<ServiceName, Set<ServiceName>> dependents = new HashMap<>();
    private final List<ServiceName> order = new ArrayList<>();

    private Graph() {}

    static Graph of(Collection<ServiceSpec> specs) {
        Graph graph = new Graph();
        List<ServiceSpec> sorted = specs.stream()
                .sorted(Comparator.comparing(ServiceSpec::instance))
                .toList();
        for (ServiceSpec spec : sorted) {
            graph.members
                    .computeIfAbsent(spec.instance().service().value(), name -> new ArrayList<>())
                    .add(spec.name());
        }
        Map<ServiceName, Integer> open = new HashMap<>();
        Deque<ServiceName> free = new ArrayDeque<>();
        for (ServiceSpec spec : sorted) {
            Set<ServiceName> needed = graph.neededBy(spec);
            needed.forEach(other -> graph.dependents
                    .computeIfAbsent(other, name -> new HashSet<>())
                    .add(spec.name()));
            open.put(spec.name(), needed.size());
            if (needed.isEmpty()) {
                free.add(spec.name());
            }
        }
        while (!free.isEmpty()) {
            ServiceName name = free.remove();
            graph.order.add(name);
            for (ServiceName dependent : graph.dependents(name)) {
                if (open.merge(dependent, -1, Integer::sum) == 0) {
                    free.add(dependent);
                }
            }
        }
        return graph;
    }

    private Set<ServiceName> neededBy(ServiceSpec spec) {
        Dependencies needs = spec.lifecycle().dependencies();
        if (needs.isEmpty()) {
            return Set.of();
        }
        Set<ServiceName> needed = new HashSet<>();
        needs.all().forEach(other -> needed.addAll(members(other)));
        return needed;
    }

    /** Every service, those that others need before these. */
    List<ServiceName> order() {
        return order;
    }

    /** Those that the configuration declares by one name, in their order. */
    List<ServiceName> members(String name) {
        return members.getOrDefault(name, List.of());
    }

    /** Those that are to be started after it. */
    Set<ServiceName> dependents(ServiceName name) {
        return dependents.getOrDefault(name, Set.of());
    }
}
