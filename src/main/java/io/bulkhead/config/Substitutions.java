package io.bulkhead.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces every {@code ${x}} by what it names in the whole configuration, all files together, or in the environment.
 *
 * <p>One that names nothing stays open, for its key to be reported by whoever reads it. One that leads back to itself makes the
 * library give up on everything: then the parts are tried one by one to find the service it stands in.
 */
final class Substitutions {
    private static final ConfigObject NOTHING = ConfigFactory.empty().root();
    private static final String SERVICES = "services";

    private final Sources sources;
    private final Problems problems;
    private final Hocon hocon;
    private final ConfigResolveOptions options;

    Substitutions(Sources sources, Problems problems, Hocon hocon) {
        this.sources = sources;
        this.problems = problems;
        this.hocon = hocon;
        this.options = ConfigResolveOptions.defaults()
                .setAllowUnresolved(true)
                .setUseSystemEnvironment(false)
                .appendResolver(new Variables(sources.outside()));
    }

    /** {@code root} without the services, or altogether without the parts, that cannot be resolved. */
    ConfigObject resolve(ConfigObject root) {
        Optional<ConfigValue> tooLarge = Expansion.tooLarge(root);
        if (tooLarge.isPresent()) {
            note(tooLarge.get(), "its substitutions expand to more than " + Quantity.text(Expansion.LARGEST));
            return NOTHING;
        }
        try {
            return attempt(root);
        } catch (ConfigException | StackOverflowError e) {
            return root.containsKey(SERVICES)
                    ? piecewise(root)
                    : attempt(root, "", Optional.empty()).orElse(NOTHING);
        }
    }

    private ConfigObject piecewise(ConfigObject root) {
        ConfigObject head = root.withoutKey(SERVICES);
        if (attempt(head, "", Optional.empty()).isEmpty()) {
            return NOTHING;
        }
        Map<String, Object> sound = new LinkedHashMap<>();
        root.toConfig().getObject(SERVICES).forEach((name, service) -> {
            Optional<ServiceName> known =
                    ServiceName.isValid(name) ? Optional.of(new ServiceName(name)) : Optional.empty();
            if (attempt(with(head, Map.of(name, service)), SERVICES + "." + Shown.key(name), known)
                    .isPresent()) {
                sound.put(name, service);
            }
        });
        return attempt(with(head, sound), "", Optional.empty()).orElse(NOTHING);
    }

    private Optional<ConfigObject> attempt(ConfigObject root, String key, Optional<ServiceName> service) {
        Origin nowhere = sources.origin(root.origin()).orElse(sources.first());
        try {
            return Optional.of(attempt(root));
        } catch (ConfigException e) {
            problems.add(sources.origin(e).orElse(nowhere), key, service, hocon.explained(e));
        } catch (StackOverflowError e) {
            problems.add(nowhere, key, service, "its substitutions are nested too deeply");
        }
        return Optional.empty();
    }

    private void note(ConfigValue value, String message) {
        problems.add(sources.origin(value.origin()).orElse(sources.first()), "", message);
    }

    private static ConfigObject with(ConfigObject head, Map<String, ?> services) {
        return head.withValue(SERVICES, ConfigValueFactory.fromMap(services));
    }

    private ConfigObject attempt(ConfigObject root) {
        return root.toConfig().resolve(options).root();
    }
}
