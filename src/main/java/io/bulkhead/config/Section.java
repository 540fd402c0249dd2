package io.bulkhead.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.bulkhead.spec.Digest;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.ServiceName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One object of the configuration while it is read: typed getters that note what is wrong and go on, and the list of the
 * keys that were asked for, from which {@link #done} tells which ones nobody knows.
 *
 * <p>A section has layers: a service's own object first, then the same section of {@code defaults}. The first that has a key
 * wins, {@code null} in it meaning the built-in default; objects are merged key by key. What is wrong with a value of a
 * lower layer is not noted again for every service above it: that layer is also read by itself.
 */
final class Section {
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{([^?}][^}]*)}");
    private static final ConfigObject EMPTY = ConfigFactory.empty().root();

    /**
     * What all sections of one thing share.
     *
     * @param service whose they are, if a service's
     * @param origins filled with where each key stands that was asked for and is written
     * @param root the path that {@code origins} leaves away
     * @param instance what {@code ${instance}} is in it
     */
    record Scope(
            Sources sources,
            Problems problems,
            Optional<ServiceName> service,
            Map<String, Origin> origins,
            String root,
            InstanceNumber instance) {}

    private record Found(ConfigValue value, boolean own) {}

    private final Scope scope;
    private final String path;
    private final Origin origin;
    private final List<ConfigObject> layers;
    private final Set<String> known = new LinkedHashSet<>();

    /**
     * @param path full path of the section, empty for a file's top
     * @param origin where a key that is missing here would stand
     * @param layers at least one
     */
    Section(Scope scope, String path, Origin origin, List<ConfigObject> layers) {
        this.scope = scope;
        this.path = path;
        this.origin = origin;
        this.layers = List.copyOf(layers);
    }

    /** The scalar under {@code key}; empty where there is none, or none that is allowed: then there is a problem more. */
    <T> Optional<T> get(String key, Scalar<T> scalar) {
        return find(key).flatMap(found -> read(key, found.value(), found.own(), scalar));
    }

    <T> T get(String key, Scalar<T> scalar, T otherwise) {
        return get(key, scalar).orElse(otherwise);
    }

    /** The list under {@code key}, without its elements that are not allowed. */
    <T> Optional<List<T>> list(String key, Scalar<T> scalar) {
        Optional<Found> found = find(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ConfigValue value = found.get().value();
        if (!(value instanceof ConfigList list)) {
            note(found.get().own(), value, key, Shown.value(value) + " is not a list, each " + scalar.allowed());
            return Optional.empty();
        }
        List<T> elements = new ArrayList<>();
        for (ConfigValue element : list) {
            if (isOpen(element)) {
                note(found.get().own(), element, key, undefined(element));
            } else {
                read(key, element, found.get().own(), scalar).ifPresent(elements::add);
            }
        }
        return Optional.of(elements);
    }

    /** The object under {@code key}; an empty one where there is none. */
    Section section(String key) {
        List<ConfigObject> below = new ArrayList<>();
        Optional<Found> found = find(key);
        if (found.isPresent() && !(found.get().value() instanceof ConfigObject)) {
            ConfigValue value = found.get().value();
            note(found.get().own(), value, key, Shown.value(value) + " is not an object { ... }");
        }
        for (ConfigObject layer : layers) {
            ConfigValue value = layer.get(key);
            if (value != null && (isOpen(value) || !(value instanceof ConfigObject))) {
                break; // hides what is below it
            }
            below.add(value instanceof ConfigObject object ? object : EMPTY);
        }
        below.add(EMPTY);
        return new Section(scope, pathOf(key), found.isPresent() ? originOf(key) : origin, below);
    }

    /** The objects of the list under {@code key}, each a section of its own, named by its number from 0 as HOCON would. */
    List<Section> sections(String key, String what) {
        Optional<Found> found = find(key);
        if (found.isEmpty()) {
            return List.of();
        }
        ConfigValue value = found.get().value();
        if (!(value instanceof ConfigList list)) {
            note(found.get().own(), value, key, Shown.value(value) + " is not a list, each " + what);
            return List.of();
        }
        List<Section> sections = new ArrayList<>();
        for (ConfigValue element : list) {
            if (isOpen(element)) {
                note(found.get().own(), element, key, undefined(element));
            } else if (element instanceof ConfigObject object) {
                Origin place = scope.sources().origin(element.origin()).orElse(originOf(key));
                List<ConfigObject> below = found.get().own() ? List.of(object) : List.of(EMPTY, object);
                sections.add(new Section(scope, pathOf(key) + "." + sections.size(), place, below));
            } else {
                note(found.get().own(), element, key, Shown.value(element) + " is not " + what);
            }
        }
        return sections;
    }

    Outside outside() {
        return scope.sources().outside();
    }

    /** A path as {@code key} writes it: relative to the file that the key stands in. */
    Path resolve(String key, String text) {
        return Path.of(originOf(key).file())
                .resolveSibling(text)
                .toAbsolutePath()
                .normalize();
    }

    /** The text of the file that {@code key} names; empty where there is none: then there is a problem more. */
    Optional<String> text(String key, Path file) {
        try {
            return Optional.of(scope.sources().text(file));
        } catch (Unreadable e) {
            if (e.line() > 0) {
                problem(key, new Origin(file.toString(), e.line()), e.message());
            } else if (owns(key)) {
                problem(key, Shown.text(file.toString()) + ": " + e.message());
            }
            return Optional.empty();
        }
    }

    /** Notes that the value of {@code key} is wrong at {@code place}, in a file that it names. */
    void problem(String key, Origin place, String message) {
        if (owns(key)) {
            scope.problems().add(place, pathOf(key), scope.service(), message);
        }
    }

    /** A file that a key names, read for the same service. */
    record Json(Section section, String digest) {}

    /** The object in the JSON file that {@code key} names; empty where there is none: then there is a problem more. */
    Optional<Json> json(String key, Path file) {
        Sources sources = scope.sources();
        try {
            String text = sources.read(file);
            ConfigParseOptions options =
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON).setOriginDescription(sources.tag(file));
            ConfigObject root = ConfigFactory.parseString(text, options).root();
            Scope own =
                    new Scope(sources, scope.problems(), scope.service(), new HashMap<>(), "", InstanceNumber.none());
            return Optional.of(
                    new Json(new Section(own, "", new Origin(file.toString(), 0), List.of(root)), Digest.of(text)));
        } catch (Unreadable e) {
            problem(key, Shown.text(file.toString()) + ": " + e.message());
        } catch (ConfigException e) {
            Origin place = sources.origin(e).orElse(new Origin(file.toString(), 0));
            String message = Explanation.of(sources.untagged(String.valueOf(e.getMessage())));
            scope.problems().add(place, pathOf(key), scope.service(), message);
        }
        return Optional.empty();
    }

    /** Lets {@code key} be there, whatever it holds. */
    void anything(String key) {
        known.add(key);
    }

    /** Whether {@code key} has a value other than null, allowed or not. */
    boolean has(String key) {
        return layers.stream()
                .filter(layer -> layer.containsKey(key))
                .findFirst()
                .map(layer -> layer.get(key))
                .filter(value -> !isNull(value))
                .isPresent();
    }

    /** Whether the first layer says anything about {@code key}. */
    boolean owns(String key) {
        return layers.get(0).containsKey(key);
    }

    /** Whether the value under {@code key} is an object. */
    boolean isObject(String key) {
        return has(key) && kind(key).equals(Optional.of(ConfigValueType.OBJECT));
    }

    /** Whether the value under {@code key} is a list. */
    boolean isList(String key) {
        return has(key) && kind(key).equals(Optional.of(ConfigValueType.LIST));
    }

    /** Whether the value under {@code key} is a list of nothing. */
    boolean isEmptyList(String key) {
        return find(key)
                .map(Found::value)
                .filter(value -> value instanceof ConfigList list && list.isEmpty())
                .isPresent();
    }

    /** All keys there are, sorted. */
    Set<String> keys() {
        Set<String> keys = new TreeSet<>();
        layers.forEach(layer -> keys.addAll(layer.keySet()));
        return keys;
    }

    /** Where the value of {@code key} stands, or would stand. */
    Origin originOf(String key) {
        for (ConfigObject layer : layers) {
            ConfigValue value = layer.get(key);
            if (value != null) {
                return scope.sources().origin(value.origin()).orElse(origin);
            }
        }
        return origin;
    }

    /** Notes that the value of {@code key} is wrong. */
    void problem(String key, String message) {
        scope.problems().add(originOf(key), pathOf(key), scope.service(), message);
    }

    /** Notes that {@code keys} contradict each other, unless all of them stand in a lower layer. */
    void conflict(List<String> keys, String message) {
        keys.stream().filter(this::owns).findFirst().ifPresent(key -> problem(key, message));
    }

    /** Notes those of {@code keys} that a service has for itself though they mean nothing; in {@code defaults} they do for others. */
    void pointless(List<String> keys, String why) {
        keys.stream()
                .filter(key -> isService() && owns(key) && has(key))
                .filter(key -> !scope.problems().concern(pathOf(key)))
                .forEach(key -> problem(key, "has no effect " + why));
    }

    /** Whether it is a service's, not {@code defaults}. */
    boolean isService() {
        return scope.service().isPresent();
    }

    /** Records {@code origin} as the place of a key that follows from another one. */
    void derive(String key, Origin from) {
        record(pathOf(key), from);
    }

    String pathOf(String key) {
        return path.isEmpty() ? Shown.key(key) : path + "." + Shown.key(key);
    }

    /** To be called when every known key has been asked for: the others are problems. */
    void done() {
        done("here");
    }

    void done(String where) {
        for (String key : new TreeSet<>(layers.get(0).keySet())) {
            if (!known.contains(key)) {
                problem(
                        key,
                        "unknown key" + Nearest.hint(key, known) + "; allowed " + where + ": "
                                + String.join(", ", known));
            }
        }
    }

    private <T> Optional<T> read(String key, ConfigValue value, boolean own, Scalar<T> scalar) {
        if (value instanceof ConfigList || value instanceof ConfigObject || isNull(value)) {
            note(own, value, key, Shown.value(value) + " is not " + scalar.allowed());
            return Optional.empty();
        }
        Optional<String> text = text(key, value);
        try {
            return text.isPresent() ? Optional.of(scalar.read(text.get())) : Optional.empty();
        } catch (Refusal e) {
            note(own, value, key, Shown.text(text.get()) + " " + e.predicate());
            return Optional.empty();
        }
    }

    private Optional<String> text(String key, ConfigValue value) {
        try {
            return Optional.of(scope.instance().in(Scalar.text(value)));
        } catch (Refusal e) {
            note(true, value, key, e.predicate());
            return Optional.empty();
        }
    }

    private Optional<Found> find(String key) {
        known.add(key);
        for (int i = 0; i < layers.size(); i++) {
            ConfigValue value = layers.get(i).get(key);
            if (value == null) {
                continue;
            }
            if (isOpen(value)) {
                note(i == 0, value, key, undefined(value));
                return Optional.empty();
            }
            if (isNull(value)) {
                return Optional.empty();
            }
            record(pathOf(key), originOf(key));
            return Optional.of(new Found(value, i == 0));
        }
        return Optional.empty();
    }

    private Optional<ConfigValueType> kind(String key) {
        return layers.stream()
                .filter(layer -> layer.containsKey(key))
                .findFirst()
                .map(layer -> layer.get(key))
                .filter(value -> !isOpen(value))
                .map(ConfigValue::valueType);
    }

    private void note(boolean own, ConfigValue value, String key, String message) {
        if (own) {
            Origin place = scope.sources().origin(value.origin()).orElse(originOf(key));
            scope.problems().add(place, pathOf(key), scope.service(), message);
        }
    }

    private void record(String fullPath, Origin place) {
        boolean isRoot = fullPath.equals(scope.root());
        if (isRoot || fullPath.startsWith(scope.root() + ".")) {
            scope.origins().put(isRoot ? "" : fullPath.substring(scope.root().length() + 1), place);
        }
    }

    private static boolean isNull(ConfigValue value) {
        return !isOpen(value) && value.valueType() == ConfigValueType.NULL;
    }

    /** Whether a substitution in it found nothing: the library then refuses to say what it is. */
    static boolean isOpen(ConfigValue value) {
        try {
            if (value.valueType() == ConfigValueType.OBJECT) {
                return ((ConfigObject) value).size() < 0; // never, but asking is what finds out
            }
            return false;
        } catch (ConfigException.NotResolved e) {
            return true;
        }
    }

    private static String undefined(ConfigValue value) {
        Set<String> names = new LinkedHashSet<>();
        SUBSTITUTION.matcher(value.render()).results().forEach(match -> names.add("${" + match.group(1) + "}"));
        return String.join(", ", names) + " is defined neither in the configuration nor in the environment";
    }
}
