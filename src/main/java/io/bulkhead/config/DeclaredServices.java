package io.bulkhead.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The services of one configuration, as many of each as it has instances. */
final class DeclaredServices {
    private static final ConfigObject EMPTY = ConfigFactory.empty().root();

    private final Sources sources;
    private final Problems problems;
    private final ConfigObject declared;
    private final ConfigObject defaults;
    private final Optional<Drift> drift;
    private final Origin driftOrigin;
    private final SecretFiles secrets;

    /** @param whole all there is */
    DeclaredServices(
            Sources sources, Problems problems, ConfigObject whole, SupervisorReader supervisor, SecretFiles secrets) {
        this.sources = sources;
        this.problems = problems;
        this.declared = object(whole.get("services"));
        this.defaults = object(whole.get("defaults"));
        this.drift = supervisor.drift();
        this.driftOrigin = supervisor.driftOrigin();
        this.secrets = secrets;
    }

    /** Every instance of a service, read anew where a value tells it from the first; none where there is a problem. */
    List<ServiceSpec> read(ServiceName name) {
        InstanceNumber number = number(name, 0);
        Optional<ServiceSpec> first = read(name, 0, number);
        List<ServiceSpec> all = new ArrayList<>();
        first.ifPresent(all::add);
        for (int i = 1;
                first.isPresent() && i < first.get().instance().instances().count();
                i++) {
            Instance instance = new Instance(name, i, first.get().instance().instances());
            if (number.isUsed()) {
                read(name, i, number(name, i)).ifPresent(all::add);
            } else {
                all.add(first.get().with(instance));
            }
        }
        return problems.concern(name) ? List.of() : all;
    }

    private Optional<ServiceSpec> read(ServiceName name, int index, InstanceNumber number) {
        Map<String, Origin> origins = new HashMap<>();
        drift.ifPresent(d -> origins.put("reconcile.drift", driftOrigin));
        Section.Scope scope = new Section.Scope(
                sources, problems, Optional.of(name), origins, "services." + Shown.key(name.value()), number);
        ConfigObject below = EMPTY.withValue(name.value(), defaults);
        Section section =
                new Section(scope, "services", sources.first(), List.of(declared, below)).section(name.value());
        if (problems.concern(name)) {
            return Optional.empty(); // no object, or declared twice: whatever else were said about it would be noise
        }
        return new ServiceReader(section, origins, secrets).read(name, index, drift);
    }

    private InstanceNumber number(ServiceName name, int index) {
        boolean isSet = object(declared.get(name.value())).containsKey(InstancesReader.KEY)
                || defaults.containsKey(InstancesReader.KEY);
        return InstanceNumber.of(index, isSet);
    }

    private static ConfigObject object(@Nullable ConfigValue value) {
        return value instanceof ConfigObject object && !Section.isOpen(value) ? object : EMPTY;
    }
}
