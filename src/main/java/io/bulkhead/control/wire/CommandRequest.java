package io.bulkhead.control.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of every {@code POST}; an empty body is an empty request.
 *
 * @param names as an operator types them
 * @param signal for {@code /v1/signal} alone
 * @param waits whether the answer comes when the outcome is known; the default
 */
public record CommandRequest(List<String> names, Optional<String> signal, boolean waits) {
    public CommandRequest {
        names = List.copyOf(names);
    }

    public Map<String, Object> json() {
        return Fields.object("names", names, "signal", signal.orElse(""), "wait", waits);
    }

    public static CommandRequest of(Fields fields) throws WireException {
        fields.requireOnly(List.of("names", "signal", "wait"));
        return new CommandRequest(fields.texts("names"), fields.optionalText("signal"), fields.flag("wait", true));
    }
}
