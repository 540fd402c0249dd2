package io.bulkhead.control.wire;

import java.util.Map;

/**
 * A line of {@code GET /v1/logs}: a line of a service's output.
 *
 * @param at when it was written, ISO-8601, to a tenth of a second or so
 * @param stream {@code stdout} or {@code stderr}; the former also for both, where they go together
 * @param text without its line feed; what isn't UTF-8 is replaced
 */
public record LogLineView(String at, String service, String stream, String text) {
    public Map<String, Object> json() {
        Map<String, Object> object = Fields.object("at", at, "service", service, "stream", stream);
        // Even when empty: an empty line is a line.
        object.put("text", text);
        return object;
    }

    public static LogLineView of(Fields fields) throws WireException {
        return new LogLineView(fields.text("at"), fields.text("service"), fields.text("stream"), fields.text("text"));
    }
}
