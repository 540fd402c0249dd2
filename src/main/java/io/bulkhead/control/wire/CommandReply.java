package io.bulkhead.control.wire;

import java.util.Map;

/**
 * How a command ended, or that it didn't begin.
 *
 * @param code its exit code, 128 and the signal's number where a signal ended it; 125, 126 or 127 with an error
 * @param error why it didn't begin, or that nobody can tell how it ended; or empty
 */
public record CommandReply(int code, String error) {
    public Map<String, Object> json() {
        return Fields.object("code", code, "error", error);
    }

    public static CommandReply of(Fields fields) throws WireException {
        return new CommandReply(
                fields.number("code"), fields.optionalText("error").orElse(""));
    }
}
