package io.bulkhead.control.wire;

import java.util.List;
import java.util.Map;

/** The answer to {@code POST /v1/reload} and {@code POST /v1/update}: what was changed, and an outcome a service. */
public record AppliedReply(ChangesReply changes, List<OutcomeView> outcomes) {
    public AppliedReply {
        outcomes = List.copyOf(outcomes);
    }

    public Map<String, Object> json() {
        return Fields.object("changes", changes.json(), "outcomes", OutcomeView.json(outcomes));
    }

    public static AppliedReply of(Fields fields) throws WireException {
        return new AppliedReply(ChangesReply.of(fields.object("changes")), OutcomeView.list(fields, "outcomes"));
    }
}
