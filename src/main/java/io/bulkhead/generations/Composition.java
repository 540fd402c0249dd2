package io.bulkhead.generations;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SourceText;
import io.bulkhead.spec.SupervisorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a configuration in force was read from: one reading, or several of which each gave some of the services.
 *
 * @param parts the first gives the daemon's own settings, too
 */
public record Composition(List<Part> parts) {
    /**
     * Services of one reading.
     *
     * @param services their names; empty: all that it declares
     */
    public record Part(SourceText text, Optional<SortedSet<String>> services) {
        public boolean gives(String service) {
            return services.isEmpty() || services.get().contains(service);
        }
    }

    public Composition {
        parts = List.copyOf(parts);
    }

    public static Composition of(SourceText text) {
        return new Composition(List.of(new Part(text, Optional.empty())));
    }

    /** Reads what was read before. */
    public interface Reader {
        HostSpec read(SourceText text) throws ConfigException;
    }

    /** All of it, read again. */
    public HostSpec host(Reader reader) throws ConfigException {
        Optional<SupervisorSpec> supervisor = Optional.empty();
        SortedMap<ServiceName, ServiceSpec> services = new TreeMap<>();
        SortedMap<ServiceName, List<Problem>> broken = new TreeMap<>();
        for (Part part : parts) {
            HostSpec host = reader.read(part.text());
            supervisor = supervisor.or(() -> Optional.of(host.supervisor()));
            host.services().forEach((name, spec) -> {
                if (part.gives(spec.instance().service().value())) {
                    services.put(name, spec);
                }
            });
            host.broken().forEach((name, problems) -> {
                if (part.gives(name.value())) {
                    broken.put(name, problems);
                }
            });
        }
        return new HostSpec(supervisor.orElse(SupervisorSpec.DEFAULT), services, broken);
    }

    /** Whether it is what files of this fingerprint say, and nothing else. */
    public boolean isOf(String fingerprint) {
        return parts.size() == 1
                && parts.get(0).services().isEmpty()
                && parts.get(0).text().fingerprint().equals(fingerprint);
    }

    /**
     * The same with some services as another reading has them.
     *
     * @param all the names of all services of this one
     * @param replaced those that are not to be as they were
     * @param given those of them that {@code text} declares
     */
    public Composition with(
            Collection<String> all, Collection<String> replaced, SourceText text, Collection<String> given) {
        List<Part> next = new ArrayList<>();
        for (Part part : parts) {
            SortedSet<String> left = new TreeSet<>(part.services().orElse(new TreeSet<>(all)));
            left.removeAll(replaced);
            if (next.isEmpty() || !left.isEmpty()) {
                next.add(new Part(part.text(), Optional.of(left)));
            }
        }
        if (!given.isEmpty()) {
            next.add(new Part(text, Optional.of(new TreeSet<>(given))));
        }
        return new Composition(next);
    }
}
