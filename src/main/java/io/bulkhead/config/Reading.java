package io.bulkhead.config;

import com.typesafe.config.ConfigObject;
import io.bulkhead.spec.ConfigException;
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

/** One load of one configuration. */
final class Reading {
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
        Section top = top(whole, InstanceNumber.none());
        SupervisorReader supervisor = new SupervisorReader(top.section("supervisor"));
        SupervisorSpec spec = supervisor.read();
        SecretFiles secrets = new SecretFiles(key, spec.runDir());
        top.anything("defaults");
        Section names = top.section("services");
        top.done();
        // Whether instances are set or not is the services' to say.
        Section defaults = top(whole, InstanceNumber.of(0, true)).section("defaults");
        new ServiceReader(defaults, Map.of(), secrets).check();

        DeclaredServices declared = new DeclaredServices(sources, problems, whole, supervisor, secrets);
        for (String name : names.keys()) {
            if (!ServiceName.isValid(name)) {
                names.problem(name, Names.NOT_A_SERVICE);
            } else if (names.has(name)) {
                declared.read(new ServiceName(name)).forEach(service -> services.put(service.name(), service));
            }
        }
        List<ServiceSpec> sound = List.copyOf(services.values());
        InstancesReader.check(sound, names.keys(), problems);
        new NetworkClashes(problems).check(sound);
        new DependencyGraph(problems).check(sound, names.keys());
        services.values()
                .removeIf(service -> problems.concern(service.instance().service()));
        return new HostSpec(spec, new TreeMap<>(services), problems.byService(sources::rank));
    }

    private Section top(ConfigObject whole, InstanceNumber instance) {
        Section.Scope scope = new Section.Scope(sources, problems, Optional.empty(), new HashMap<>(), "", instance);
        return new Section(scope, "", new Origin(file.toString(), 0), List.of(whole));
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
}
