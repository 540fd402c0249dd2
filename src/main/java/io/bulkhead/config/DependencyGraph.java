package io.bulkhead.config;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Dependencies.Condition;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What services need of one another: everybody named is there and can become what is needed, and nobody waits for itself. */
final class DependencyGraph {
    private final Problems problems;
    /** By the name that the configuration declares, of several instances the first. */
    private final SortedMap<String, ServiceSpec> services = new TreeMap<>();

    DependencyGraph(Problems problems) {
        this.problems = problems;
    }

    /** @param declared every name there is, of those with problems, too */
    void check(Collection<ServiceSpec> sound, Collection<String> declared) {
        for (ServiceSpec spec : sound) {
            services.putIfAbsent(spec.instance().service().value(), spec);
        }
        for (ServiceSpec spec : sound) {
            Dependencies needs = spec.lifecycle().dependencies();
            needs.requires().forEach((name, need) -> possible(spec, "requires", name, need.condition(), declared));
            needs.wants().forEach((name, need) -> possible(spec, "wants", name, need.condition(), declared));
            needs.after().forEach(name -> possible(spec, "after", name, Condition.STARTED, declared));
        }
        circles(sound);
    }

    private void possible(ServiceSpec spec, String key, String name, Condition condition, Collection<String> declared) {
        if (!declared.contains(name)) {
            problem(spec, key, unknown(name, declared));
            return;
        }
        ServiceSpec other = services.get(name);
        if (other == null) {
            return;
        }
        if (condition == Condition.HEALTHY && other.health().isEmpty()) {
            problem(spec, key, name + " has no health probe by which it could be healthy (" + other.originOf("") + ")");
        }
        boolean ends = other.lifecycle().ends() || other.restart().when() != RestartPolicy.When.ALWAYS;
        if (condition == Condition.COMPLETED && !ends) {
            problem(
                    spec,
                    key,
                    name + " is always restarted and so never completed: it would have to be of type = oneshot ("
                            + other.originOf("") + ")");
        }
    }

    private String unknown(String name, Collection<String> declared) {
        for (ServiceSpec other : services.values()) {
            if (other.instance().isNumbered(name)) {
                ServiceName service = other.instance().service();
                return name + " is an instance of " + service + ": allowed is " + service + ", which is all of them";
            }
        }
        return "no service is named " + Shown.text(name) + Nearest.hint(name, declared);
    }

    private void problem(ServiceSpec spec, String key, String message) {
        problems.add(
                spec.originOf(key),
                "services." + Shown.key(spec.instance().service().value()) + "." + key,
                Optional.of(spec.instance().service()),
                message);
    }

    /** Whoever waits for nobody, or only for those that don't wait any more, can be taken away; what remains goes in circles. */
    private void circles(Collection<ServiceSpec> sound) {
        Map<String, Set<String>> waiting = new TreeMap<>();
        for (ServiceSpec spec : sound) {
            Set<String> others = new TreeSet<>(spec.lifecycle().dependencies().all());
            others.retainAll(services.keySet());
            waiting.computeIfAbsent(spec.instance().service().value(), name -> new TreeSet<>())
                    .addAll(others);
        }
        while (true) {
            List<String> free = new ArrayList<>();
            waiting.forEach((name, others) -> {
                if (others.stream().noneMatch(waiting::containsKey)) {
                    free.add(name);
                }
            });
            if (free.isEmpty()) {
                break;
            }
            waiting.keySet().removeAll(free);
        }
        while (!waiting.isEmpty()) {
            circle(waiting);
        }
    }

    private void circle(Map<String, Set<String>> waiting) {
        List<String> way = new ArrayList<>();
        String name = waiting.keySet().iterator().next();
        while (!way.contains(name)) {
            way.add(name);
            Optional<String> next = waiting.getOrDefault(name, Set.of()).stream()
                    .filter(waiting::containsKey)
                    .findFirst();
            if (next.isEmpty()) {
                waiting.keySet().removeAll(way); // it led into a circle that is told already
                return;
            }
            name = next.get();
        }
        tell(way.subList(way.indexOf(name), way.size()));
        waiting.keySet().removeAll(way);
    }

    private void tell(List<String> circle) {
        StringBuilder text = new StringBuilder("is a circle, in which nobody could ever start: ");
        for (int i = 0; i < circle.size(); i++) {
            ServiceSpec spec = service(circle.get(i));
            String next = circle.get((i + 1) % circle.size());
            String key = key(spec, next);
            text.append(i == 0 ? "" : ", ")
                    .append(spec.name())
                    .append(' ')
                    .append(key)
                    .append(' ')
                    .append(next)
                    .append(" (")
                    .append(spec.originOf(key))
                    .append(')');
        }
        ServiceSpec first = service(circle.get(0));
        problem(first, key(first, circle.get(1 % circle.size())), text.toString());
    }

    private ServiceSpec service(String name) {
        return Objects.requireNonNull(services.get(name));
    }

    private static String key(ServiceSpec spec, String other) {
        Dependencies needs = spec.lifecycle().dependencies();
        if (needs.requires().containsKey(other)) {
            return "requires";
        }
        return needs.wants().containsKey(other) ? "wants" : "after";
    }
}
