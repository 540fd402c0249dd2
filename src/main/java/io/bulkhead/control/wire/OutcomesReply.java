package io.bulkhead.control.wire;

import java.util.List;
import java.util.Map;

/** The answer to every command that names services: an outcome each. */
public record OutcomesReply(List<OutcomeView> outcomes) {
    public OutcomesReply {
        outcomes = List.copyOf(outcomes);
    }

    public Map<String, Object> json() {
        return Fields.object("outcomes", OutcomeView.json(outcomes));
    }

    public static OutcomesReply of(Fields fields) throws WireException {
        return new OutcomesReply(OutcomeView.list(fields, "outcomes"));
    }
}
