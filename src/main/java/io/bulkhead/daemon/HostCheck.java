package io.bulkhead.daemon;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.Unsupported;
import io.bulkhead.launch.NamespaceNeeds;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds what is right in a configuration, but can't be on this host: limits whose controller is missing, namespaces. */
final class HostCheck {
    private final CgroupDriver cgroups;
    private final NamespaceNeeds namespaces;
    private final Optional<Rootless> rootless;

    /** @param rootless where the daemon isn't root */
    HostCheck(CgroupDriver cgroups, NamespaceNeeds namespaces, Optional<Rootless> rootless) {
        this.cgroups = cgroups;
        this.namespaces = namespaces;
        this.rootless = rootless;
    }

    /** The same, with the services that can't be among the broken ones. */
    HostSpec tolerant(HostSpec host) throws ErrnoException {
        SortedMap<ServiceName, List<Problem>> broken = new TreeMap<>(host.broken());
        SortedMap<ServiceName, ServiceSpec> services = new TreeMap<>(host.services());
        for (Map.Entry<ServiceName, ServiceSpec> entry : host.services().entrySet()) {
            List<Problem> problems = problems(entry.getValue());
            if (!problems.isEmpty()) {
                broken.put(entry.getKey(), problems);
                services.remove(entry.getKey());
            }
        }
        return adapted(broken.equals(host.broken()) ? host : new HostSpec(host.supervisor(), services, broken));
    }

    /** The same, or all that can't be. */
    HostSpec strict(HostSpec host) throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        for (ServiceSpec spec : host.services().values()) {
            try {
                problems.addAll(problems(spec));
            } catch (ErrnoException e) {
                problems.add(problem(spec, "", String.valueOf(e.getMessage())));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return adapted(host);
    }

    private HostSpec adapted(HostSpec host) {
        return rootless.map(r -> r.adapt(host)).orElse(host);
    }

    private List<Problem> problems(ServiceSpec spec) throws ErrnoException {
        List<Problem> problems = new ArrayList<>();
        List<Unsupported> lacking = new ArrayList<>(cgroups.unsupported(spec.limits()));
        lacking.addAll(cgroups.memoryNotices().unsupported(spec.restart().on()));
        for (Unsupported unsupported : lacking) {
            String whose = rootless.isPresent() ? "; a daemon that isn't root has what is delegated to it" : "";
            problems.add(problem(spec, unsupported.key(), unsupported.reason() + whose));
        }
        rootless.ifPresent(r -> r.problems(spec).forEach((key, message) -> problems.add(problem(spec, key, message))));
        for (NamespaceNeeds.Lack lack :
                namespaces.of(rootless.map(r -> r.adapt(spec)).orElse(spec))) {
            problems.add(problem(spec, lack.key(), lack.reason()));
        }
        return problems;
    }

    private static Problem problem(ServiceSpec spec, String key, String message) {
        String path = "services." + spec.name() + (key.isEmpty() ? "" : "." + key);
        return new Problem(spec.originOf(key), path, Optional.of(spec.name()), message);
    }
}
