package io.bulkhead.config;

import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An instance's number and the environment, for substitutions that no key answers; asked for one variable at a time, so that it is known which count. */
record Variables(Outside outside) implements ConfigResolver {
    @Override
    public @Nullable ConfigValue lookup(String path) {
        List<String> elements = ConfigUtil.splitPath(path);
        Optional<String> mark = InstanceNumber.mark(elements);
        if (mark.isPresent()) {
            return ConfigValueFactory.fromAnyRef(mark.get(), "instance");
        }
        return elements.size() > 1
                ? null
                : outside.variable(elements.get(0))
                        .map(value -> ConfigValueFactory.fromAnyRef(value, "env var " + elements.get(0)))
                        .orElse(null);
    }

    @Override
    public ConfigResolver withFallback(ConfigResolver fallback) {
        return this;
    }
}
