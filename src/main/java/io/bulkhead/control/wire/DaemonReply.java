package io.bulkhead.control.wire;

import java.util.Map;

/** The answer to {@code GET /v1/pid} and {@code GET /v1/version}. */
public record DaemonReply(int pid, String version) {
    public Map<String, Object> json() {
        return Fields.object("pid", pid, "version", version);
    }

    public static DaemonReply of(Fields fields) throws WireException {
        return new DaemonReply(fields.number("pid"), fields.text("version"));
    }
}
