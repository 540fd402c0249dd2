package io.bulkhead.plan;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is wanted: the configuration in force, and what an operator said otherwise.
 *
 * @param services every declared service that can run
 * @param broken why a declared service cannot
 * @param overrides an operator's {@code start} (true) or {@code stop} (false), until the configuration drops the service
 * @param stopAll whether the daemon is to end and take all down
 */
public record Desired(
        Map<ServiceName, Declared> services,
        Map<ServiceName, String> broken,
        Map<ServiceName, Boolean> overrides,
        boolean stopAll) {
    public static final Desired NOTHING = new Desired(Map.of(), Map.of(), Map.of(), false);

    public Desired {
        services = Map.copyOf(services);
        broken = Map.copyOf(broken);
        overrides = Map.copyOf(overrides);
    }

    /**
     * A declared service.
     *
     * @param launchKeys what a process of it is launched from; {@link SpecKey#launchKeys}
     * @param launchHash of these, computed once: it costs more than all else in a round
     */
    public record Declared(ServiceSpec spec, Map<String, String> launchKeys, String launchHash) {
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
        return new Desired(services, broken, changed, stopAll);
    }

    public Desired stoppingAll() {
        return new Desired(services, broken, overrides, true);
    }

    /** The spec in force, where there is one. */
    public Optional<ServiceSpec> spec(ServiceName name) {
        return Optional.ofNullable(services.get(name)).map(Declared::spec);
    }

    /** Whether the service is to run. */
    boolean runs(ServiceSpec spec) {
        return !stopAll && overrides.getOrDefault(spec.name(), spec.autostart());
    }
}
