package io.bulkhead.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything one configuration declares.
 *
 * @param supervisor the daemon's own settings
 * @param services the valid services, by name
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

    public HostSpec(SupervisorSpec supervisor, Map<ServiceName, ServiceSpec> services) {
        this(supervisor, new TreeMap<>(services), Collections.emptySortedMap());
    }
}
