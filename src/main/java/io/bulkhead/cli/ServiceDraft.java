package io.bulkhead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service's configuration as options draw it up: the same keys as in a file, read and judged by whoever reads those. What
 * is wrong with a key is then said of the option that gave it.
 */
final class ServiceDraft {
    private final Map<String, Object> root = new LinkedHashMap<>();
    private final Map<String, String> options = new LinkedHashMap<>();

    /** @param path with dots between keys: {@code cpu.quota} */
    void put(String option, String path, Object value) {
        String[] keys = path.split("\\.", -1);
        Map<String, Object> at = root;
        for (int i = 0; i < keys.length - 1; i++) {
            at = child(at, keys[i]);
        }
        at.put(keys[keys.length - 1], value);
        options.put(path, option);
    }

    /** A key of an object whose keys are anybody's, dots and all. */
    void putIn(String option, String object, String key, Object value) {
        child(root, object).put(key, value);
        options.put(object, option);
    }

    void add(String option, String path, Object element) {
        int dot = path.lastIndexOf('.');
        Map<String, Object> at = dot < 0 ? root : child(root, path.substring(0, dot));
        @SuppressWarnings("unchecked") // only lists are put by this method, and nothing else at the same path
        List<Object> list = (List<Object>) at.computeIfAbsent(path.substring(dot + 1), key -> new ArrayList<Object>());
        list.add(element);
        options.put(path, option);
    }

    @SuppressWarnings("unchecked") // only maps are ever put where something is put below
    private static Map<String, Object> child(Map<String, Object> at, String key) {
        return (Map<String, Object>) at.computeIfAbsent(key, k -> new LinkedHashMap<String, Object>());
    }

    Map<String, Object> json() {
        return root;
    }

    /** A problem as the configuration's reader tells it, told of the option: {@code --memory: memory.max: 1 B is …}. */
    String explain(String name, String problem) {
        Matcher matcher = Pattern.compile(
                        ".*?:[0-9]+: services\\.\"?" + Pattern.quote(name) + "\"?\\.?(.*?): (.*)", Pattern.DOTALL)
                .matcher(problem);
        if (!matcher.matches()) {
            return problem;
        }
        String key = matcher.group(1);
        for (String at = key; !at.isEmpty(); at = at.contains(".") ? at.substring(0, at.lastIndexOf('.')) : "") {
            String option = options.get(at.replaceAll("\\[[0-9]+\\]", ""));
            if (option != null) {
                return option + ": " + key + ": " + matcher.group(2);
            }
        }
        return key.isEmpty() ? matcher.group(2) : key + ": " + matcher.group(2);
    }
}
