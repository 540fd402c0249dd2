package io.bulkhead.control.wire;

import java.util.List;
import java.util.Map;

/**
 * Where the other ends of a command's standard streams are to be handed to, as SCM_RIGHTS in one message that begins with
 * the token: those of standard input (where there is any), output and error, or that of a terminal.
 *
 * @param address {@code @name} in the abstract namespace of Unix-domain sockets
 * @param token known to nobody else
 * @param input whether there is any
 * @param terminal whether the streams are one
 * @param rows of it; 0 where that is unknown
 * @param columns likewise
 */
public record AttachmentView(String address, String token, boolean input, boolean terminal, int rows, int columns) {
    public Map<String, Object> json() {
        return Fields.object(
                "address",
                address,
                "token",
                token,
                "input",
                input,
                "terminal",
                terminal,
                "rows",
                rows,
                "columns",
                columns);
    }

    static AttachmentView of(Fields fields) throws WireException {
        fields.requireOnly(List.of("address", "token", "input", "terminal", "rows", "columns"));
        String address = fields.text("address");
        if (!address.matches("@[A-Za-z0-9_.-]{1,100}")) {
            throw new WireException("\"address\" is not @ and 1 to 100 letters, digits, _, . and -");
        }
        return new AttachmentView(
                address,
                fields.text("token"),
                fields.flag("input", true),
                fields.flag("terminal", false),
                fields.optionalNumber("rows").orElse(0),
                fields.optionalNumber("columns").orElse(0));
    }
}
