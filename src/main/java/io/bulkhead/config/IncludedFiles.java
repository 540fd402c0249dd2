package io.bulkhead.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration with the files its {@code supervisor.include} names, and those they name, as one tree.
 *
 * <p>An included file holds services only: what it said about the daemon or about {@code defaults} would change services in
 * files that don't mention it. The list of patterns may use substitutions of its own file, outside {@code services},
 * and of the environment, since no other file is known when it is needed.
 */
final class IncludedFiles {
    private static final String SERVICES = "services";

    private final Sources sources;
    private final Problems problems;
    private final Hocon hocon;
    private final Outside outside;
    private final Substitutions substitutions;
    private final Map<String, Object> services = new LinkedHashMap<>();
    private final Map<String, Origin> places = new HashMap<>();
    private final Set<Path> seen = new HashSet<>();

    IncludedFiles(Sources sources, Problems problems) {
        this.sources = sources;
        this.outside = sources.outside();
        this.problems = problems;
        this.hocon = new Hocon(sources, problems);
        this.substitutions = new Substitutions(sources, problems, hocon);
    }

    /** The whole with its substitutions resolved against the whole; empty, or without some parts, where there are problems. */
    ConfigObject read(Path file) {
        ConfigObject main = file(List.of(file));
        ConfigObject whole = main.withValue(SERVICES, ConfigValueFactory.fromMap(services));
        return substitutions.resolve(whole);
    }

    private ConfigObject file(List<Path> chain) {
        Path file = chain.get(chain.size() - 1);
        seen.add(outside.real(file));
        ConfigObject root = hocon.parse(chain);
        addServices(file, root.get(SERVICES));
        Section top = section(file, substitutions.resolve(root.withoutKey(SERVICES)));
        Section supervisor = top.section("supervisor");
        List<String> patterns = supervisor.list("include", Scalar.any()).orElse(List.of());
        if (chain.size() > 1) {
            supervisor.done("in an included file");
            top.section(SERVICES);
            top.done("in an included file");
        }
        for (String pattern : patterns) {
            follow(chain, supervisor, pattern);
        }
        return root.withoutKey(SERVICES);
    }

    private void addServices(Path file, @Nullable ConfigValue value) {
        if (value == null) {
            return;
        }
        Origin origin = sources.origin(value.origin()).orElse(new Origin(file.toString(), 0));
        if (Section.isOpen(value)) {
            problems.add(origin, SERVICES, "is a substitution as a whole: allowed is an object { ... }");
            return;
        }
        if (!(value instanceof ConfigObject object)) {
            problems.add(origin, SERVICES, Shown.value(value) + " is not an object { ... }");
            return;
        }
        object.forEach((name, service) -> addService(name, service, origin));
    }

    private void addService(String name, ConfigValue service, Origin otherwise) {
        Origin place = sources.origin(service.origin()).orElse(otherwise);
        Origin before = places.putIfAbsent(name, place);
        if (before == null) {
            services.put(name, service);
            return;
        }
        Optional<ServiceName> known = ServiceName.isValid(name) ? Optional.of(new ServiceName(name)) : Optional.empty();
        problems.add(
                place, SERVICES + "." + Shown.key(name), known, "is declared twice: the other one is at " + before);
    }

    private void follow(List<Path> chain, Section supervisor, String pattern) {
        Path directory = Path.of(supervisor.originOf("include").file()).resolveSibling("");
        try {
            for (Path next : outside.expand(directory, pattern)) {
                follow(chain, supervisor, pattern, next);
            }
        } catch (Refusal e) {
            supervisor.problem("include", Shown.text(pattern) + " " + e.predicate());
        }
    }

    private void follow(List<Path> chain, Section supervisor, String pattern, Path next) {
        if (!outside.exists(next) && !Globs.isWild(pattern)) {
            supervisor.problem("include", Shown.text(pattern) + ": no such file " + next);
        } else if (outside.isIn(chain, next)) {
            supervisor.problem("include", "include cycle: " + Hocon.chain(chain, next));
        } else if (outside.isDirectory(next)) {
            supervisor.problem("include", Shown.text(pattern) + ": " + next + " is a directory, not a file");
        } else if (!seen.contains(outside.real(next))) {
            List<Path> longer = new ArrayList<>(chain);
            longer.add(next);
            file(longer);
        }
    }

    private Section section(Path file, ConfigObject root) {
        Origin origin = new Origin(file.toString(), 0);
        Section.Scope scope =
                new Section.Scope(sources, problems, Optional.empty(), new HashMap<>(), "", InstanceNumber.none());
        return new Section(
                scope, "", origin, List.of(root, ConfigFactory.empty().root()));
    }
}
