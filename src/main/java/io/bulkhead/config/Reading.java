package io.bulkhead.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Drift;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SourceText;
import io.bulkhead.spec.SupervisorSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One load of one configuration. */
final class Reading {
    private static final ConfigObject EMPTY = ConfigFactory.empty().root();

    private final Path file;
    private final ConfigLoader.Key key;
    private final Sources sources;
    private final Problems problems = new Problems();
    private final Map<ServiceName, ServiceSpec> services = new TreeMap<>();

    /** Of the host's files as they are. */
    Reading(Path file, ConfigLoader.Key key) {
        this(file.toAbsolutePath().normalize(), key, new Outside(Optional.empty()));
    }

    /** Of what an earlier reading was of. */
    Reading(SourceText text, ConfigLoader.Key key) {
        this(text.main(), key, new Outside(Optional.of(text)));
    }

    private Reading(Path file, ConfigLoader.Key key, Outside outside) {
        this.file = file;
        this.key = key;
        this.sources = new Sources(outside);
    }

    /** What {@link #read} has read. */
    SourceText text() {
        return sources.outside().kept(file);
    }

    /** What is declared, without the services that have problems. */
    HostSpec read() {
        ConfigObject whole = new IncludedFiles(sources, problems).read(file);
        Section top = new Section(scope(Optional.empty(), ""), "", new Origin(file.toString(), 0), List.of(whole));
        SupervisorReader supervisor = new SupervisorReader(top.section("supervisor"));
        SupervisorSpec spec = supervisor.read();
        Optional<Drift> drift = supervisor.drift();
        SecretFiles secrets = new SecretFiles(key, spec.runDir());
        new ServiceReader(top.section("defaults"), Map.of(), secrets).check();
        Section names = top.section("services");
        top.done();

        ConfigObject defaults = object(whole.get("defaults"));
        ConfigObject declared = object(whole.get("services"));
        for (String name : names.keys()) {
            if (!ServiceName.isValid(name)) {
                names.problem(name, Names.NOT_A_SERVICE);
            } else if (names.has(name)) {
                service(new ServiceName(name), declared, defaults, drift, supervisor.driftOrigin(), secrets);
            }
        }
        new NetworkClashes(problems).check(List.copyOf(services.values()));
        new DependencyGraph(problems).check(List.copyOf(services.values()), names.keys());
        services.keySet().removeIf(problems::concern);
        return new HostSpec(spec, new TreeMap<>(services), problems.byService(sources::rank));
    }

    /** Throws every problem, if there is one. */
    void requireNone() throws ConfigException {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems.sorted(sources::rank));
        }
    }

    /** Throws every problem, if one of them concerns more than a single service. */
    void requireNoneGlobal() throws ConfigException {
        if (problems.anyGlobal()) {
            requireNone();
        }
    }

    private void service(
            ServiceName name,
            ConfigObject declared,
            ConfigObject defaults,
            Optional<Drift> drift,
            Origin driftOrigin,
            SecretFiles secrets) {
        Map<String, Origin> origins = new HashMap<>();
        drift.ifPresent(d -> origins.put("reconcile.drift", driftOrigin));
        ConfigObject below = EMPTY.withValue(name.value(), defaults);
        Section holder = new Section(
                scope(Optional.of(name), origins, "services." + Shown.key(name.value())),
                "services",
                new Origin(file.toString(), 0),
                List.of(declared, below));
        Section section = holder.section(name.value());
        if (problems.concern(name)) {
            return; // no object, or declared twice: whatever else were said about it would be noise
        }
        Optional<ServiceSpec> spec = new ServiceReader(section, origins, secrets).read(name, drift);
        if (!problems.concern(name)) {
            spec.ifPresent(sound -> services.put(name, sound));
        }
    }

    private Section.Scope scope(Optional<ServiceName> service, String root) {
        return scope(service, new HashMap<>(), root);
    }

    private Section.Scope scope(Optional<ServiceName> service, Map<String, Origin> origins, String root) {
        return new Section.Scope(sources, problems, service, origins, root);
    }

    private static ConfigObject object(@Nullable ConfigValue value) {
        return value instanceof ConfigObject object && !Section.isOpen(value) ? object : EMPTY;
    }
}
