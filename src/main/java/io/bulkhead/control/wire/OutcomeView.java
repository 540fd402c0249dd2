package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of a command for one service.
 *
 * @param name as it is to be shown
 * @param result {@code started}, {@code no-such-process}, …: the results of {@code reconcile}, and
 *     {@code bad-signal-name}
 * @param detail more about a failure, or empty
 */
public record OutcomeView(String name, String result, String detail) {
    Map<String, Object> json() {
        return Fields.object("name", name, "result", result, "detail", detail);
    }

    static List<Object> json(List<OutcomeView> outcomes) {
        List<Object> objects = new ArrayList<>();
        for (OutcomeView outcome : outcomes) {
            objects.add(outcome.json());
        }
        return objects;
    }

    static List<OutcomeView> list(Fields fields, String key) throws WireException {
        List<OutcomeView> outcomes = new ArrayList<>();
        for (Fields each : fields.objects(key)) {
            outcomes.add(new OutcomeView(
                    each.text("name"),
                    each.text("result"),
                    each.optionalText("detail").orElse("")));
        }
        return outcomes;
    }
}
