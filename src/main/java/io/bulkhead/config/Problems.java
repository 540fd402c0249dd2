package io.bulkhead.config;

import io.bulkhead.spec.Origin;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Every problem found so far, in the order in which they are found. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(Origin origin, String key, Optional<ServiceName> service, String message) {
        Problem problem = new Problem(origin, key, service, Shown.line(message));
        if (!found.contains(problem)) {
            found.add(problem);
        }
    }

    /** One that concerns the whole configuration. */
    void add(Origin origin, String key, String message) {
        add(origin, key, Optional.empty(), message);
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** Whether one concerns more than a single service. */
    boolean anyGlobal() {
        return found.stream().anyMatch(problem -> problem.service().isEmpty());
    }

    boolean concern(ServiceName service) {
        return found.stream().anyMatch(problem -> problem.service().equals(Optional.of(service)));
    }

    /** Whether one concerns just this key. */
    boolean concern(String key) {
        return found.stream().anyMatch(problem -> problem.key().equals(key));
    }

    /** All, by file in the order given by {@code rank}, then by line. */
    List<Problem> sorted(ToIntFunction<String> rank) {
        return found.stream()
                .sorted(Comparator.comparingInt((Problem problem) ->
                                rank.applyAsInt(problem.origin().file()))
                        .thenComparingInt(problem -> problem.origin().line()))
                .toList();
    }

    /** Those of single services, in the order of {@link #sorted}. */
    SortedMap<ServiceName, List<Problem>> byService(ToIntFunction<String> rank) {
        SortedMap<ServiceName, List<Problem>> byService = new TreeMap<>();
        for (Problem problem : sorted(rank)) {
            problem.service()
                    .ifPresent(name -> byService
                            .computeIfAbsent(name, n -> new ArrayList<>())
                            .add(problem));
        }
        return byService;
    }
}
