package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object that was read; every getter names the field that is missing or of the wrong type. */
public final class Fields {
    private final Map<?, ?> object;

    Fields(Map<?, ?> object) {
        this.object = object;
    }

    /** Throws unless every field is one of {@code allowed}. */
    public void requireOnly(List<String> allowed) throws WireException {
        for (Object key : object.keySet()) {
            if (!allowed.contains(key)) {
                throw new WireException("unknown field \"" + key + "\"; known are " + String.join(", ", allowed));
            }
        }
    }

    /** All of them as they were read, for somebody who knows what they are. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        object.forEach((key, value) -> map.put(String.valueOf(key), value));
        return map;
    }

    public boolean has(String key) {
        return object.get(key) != null;
    }

    public String text(String key) throws WireException {
        return optionalText(key).orElseThrow(() -> new WireException("\"" + key + "\" is missing"));
    }

    public Optional<String> optionalText(String key) throws WireException {
        Object value = object.get(key);
        if (value == null || value instanceof String) {
            return Optional.ofNullable((String) value);
        }
        throw wrong(key, "a string");
    }

    public int number(String key) throws WireException {
        return optionalNumber(key).orElseThrow(() -> new WireException("\"" + key + "\" is missing"));
    }

    public OptionalInt optionalNumber(String key) throws WireException {
        Object value = object.get(key);
        if (value == null) {
            return OptionalInt.empty();
        }
        if (value instanceof Integer number) {
            return OptionalInt.of(number);
        }
        throw wrong(key, "a whole number");
    }

    /** A number that may be too large for an {@code int}. */
    public long longNumber(String key) throws WireException {
        if (object.get(key) instanceof Number number && (number instanceof Integer || number instanceof Long)) {
            return number.longValue();
        }
        throw wrong(key, "a whole number");
    }

    /** Empty where the field is missing. */
    public OptionalLong optionalLong(String key) throws WireException {
        return has(key) ? OptionalLong.of(longNumber(key)) : OptionalLong.empty();
    }

    public boolean flag(String key, boolean otherwise) throws WireException {
        Object value = object.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false");
    }

    /** Empty where the field is missing. */
    public List<String> texts(String key) throws WireException {
        List<String> texts = new ArrayList<>();
        for (Object value : list(key)) {
            if (!(value instanceof String text)) {
                throw wrong(key, "a list of strings");
            }
            texts.add(text);
        }
        return texts;
    }

    /** Empty where the field is missing. */
    public List<Fields> objects(String key) throws WireException {
        List<Fields> objects = new ArrayList<>();
        for (Object value : list(key)) {
            objects.add(object(key, value));
        }
        return objects;
    }

    public Fields object(String key) throws WireException {
        return object(key, object.get(key));
    }

    /** Without any fields where it is missing. */
    public Fields objectOrEmpty(String key) throws WireException {
        return object.get(key) == null ? new Fields(Map.of()) : object(key);
    }

    private static Fields object(String key, @Nullable Object value) throws WireException {
        if (value instanceof Map<?, ?> map) {
            return new Fields(map);
        }
        throw wrong(key, "an object");
    }

    private List<?> list(String key) throws WireException {
        Object value = object.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(key, "a list");
    }

    private static WireException wrong(String key, String expected) {
        return new WireException("\"" + key + "\" is not " + expected);
    }

    /** An object to be written: the pairs in their order, without those whose value is an empty string. */
    static Map<String, Object> object(Object... pairs) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            if (!pairs[i + 1].equals("")) {
                object.put((String) pairs[i], pairs[i + 1]);
            }
        }
        return object;
    }
}
