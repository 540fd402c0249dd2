package io.bulkhead.control.wire;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** JSON objects as bytes in UTF-8, and back; the one place that knows the JSON library. */
public final class Json {
    private Json() {}

    /** One line, ended by a line feed. */
    public static byte[] write(Map<String, Object> object) {
        try {
            return (JSON.std.asString(object) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    /** Reads one object; throws {@link WireException} for anything else. */
    public static Fields read(byte[] bytes) throws WireException {
        try {
            Object value = JSON.std.anyFrom(bytes);
            if (value instanceof Map<?, ?> object) {
                return new Fields(object);
            }
        } catch (IOException e) {
            throw new WireException("not JSON");
        }
        throw new WireException("not a JSON object");
    }
}
