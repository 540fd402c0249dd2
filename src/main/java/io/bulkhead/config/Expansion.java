package io.bulkhead.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a configuration becomes once its substitutions are replaced, reckoned without replacing them: thirty lines that
 * each name the one before twice would be a gigabyte.
 */
final class Expansion {
    /** In characters. */
    static final long LARGEST = 16L << 20;

    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{\\??([^}]+)}");
    private static final ConfigRenderOptions SHORT = ConfigRenderOptions.concise();

    private final ConfigObject root;
    private final IdentityHashMap<ConfigValue, Long> lengths = new IdentityHashMap<>();
    private Optional<ConfigValue> tooLarge = Optional.empty();

    private Expansion(ConfigObject root) {
        this.root = root;
    }

    /** The innermost value that becomes longer than {@link #LARGEST}, if there is one. */
    static Optional<ConfigValue> tooLarge(ConfigObject root) {
        Expansion expansion = new Expansion(root);
        try {
            expansion.length(root);
        } catch (StackOverflowError e) {
            return Optional.of(root);
        }
        return expansion.tooLarge;
    }

    private long length(ConfigValue value) {
        Long known = lengths.putIfAbsent(value, 0L); // a cycle adds nothing: it is found when it is resolved
        if (known != null) {
            return known;
        }
        long length = Math.min(reckoned(value), LARGEST + 1);
        if (length > LARGEST && tooLarge.isEmpty()) {
            tooLarge = Optional.of(value);
        }
        lengths.put(value, length);
        return length;
    }

    private long reckoned(ConfigValue value) {
        if (Section.isOpen(value)) {
            String text = value.render(SHORT);
            long length = text.length();
            for (Matcher matcher = SUBSTITUTION.matcher(text); matcher.find() && length <= LARGEST; ) {
                length += named(matcher.group(1)).map(this::length).orElse(0L);
            }
            return length;
        }
        long length = 0;
        if (value instanceof ConfigObject object) {
            for (ConfigValue child : object.values()) {
                length += length(child);
            }
        } else if (value instanceof ConfigList list) {
            for (ConfigValue child : list) {
                length += length(child);
            }
        } else {
            length = String.valueOf(value.unwrapped()).length();
        }
        return length;
    }

    /** What stands under {@code path}, or the open value above it. */
    private Optional<ConfigValue> named(String path) {
        ConfigValue value = root;
        try {
            for (String key : ConfigUtil.splitPath(path)) {
                if (value instanceof ConfigObject object && !Section.isOpen(value)) {
                    ConfigValue child = object.get(key);
                    if (child == null) {
                        return Optional.empty();
                    }
                    value = child;
                }
            }
        } catch (ConfigException e) {
            return Optional.empty();
        }
        return Optional.of(value);
    }
}
