package io.bulkhead.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything one configuration declares.
 *
 * @param supervisor the daemon's own settings
 * @param services every instance of the valid services, by name
 * @param broken the problems of the services that cannot run, by name; only at a daemon's start is a configuration with
 *     any of these put in force
 */
public record HostSpec(
        SupervisorSpec supervisor,
        SortedMap<ServiceName, ServiceSpec> services,
        SortedMap<ServiceName, List<Problem>> broken) {
    public HostSpec {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        broken = Collections.unmodifiableSortedMap(new TreeMap<>(broken));
    }

    /** The instances of every valid service in their order, by the name that the configuration declares. */
    public SortedMap<ServiceName, List<ServiceSpec>> declared() {
        SortedMap<ServiceName, List<ServiceSpec>> declared = new TreeMap<>();
        services.values().stream()
                .sorted(Comparator.comparing(ServiceSpec::instance))
                .forEach(spec -> declared.computeIfAbsent(spec.instance().service(), name -> new ArrayList<>())
                        .add(spec));
        return declared;
    }

    /** The instances of the services that somebody means who types {@code text}: one alone is not declared. */
    public List<ServiceSpec> declared(String text) {
        return services.values().stream()
                .filter(spec -> spec.instance().service().isNamed(text))
                .toList();
    }

    public HostSpec(SupervisorSpec supervisor, Map<ServiceName, ServiceSpec> services) {
        this(supervisor, new TreeMap<>(services), Collections.emptySortedMap());
    }
}
