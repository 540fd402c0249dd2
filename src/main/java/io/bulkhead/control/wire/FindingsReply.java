package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The answer to {@code GET /v1/findings/NAME}: what keeps a service from running, as its files have it now. */
public record FindingsReply(List<Finding> findings) {
    public FindingsReply {
        findings = List.copyOf(findings);
    }

    /**
     * One thing that is wrong.
     *
     * @param remedy what helps; or empty
     */
    public record Finding(String sentence, String remedy) {}

    public Map<String, Object> json() {
        return Fields.object(
                "findings",
                findings.stream()
                        .map(f -> Fields.object("sentence", f.sentence, "remedy", f.remedy))
                        .toList());
    }

    public static FindingsReply of(Fields fields) throws WireException {
        List<Finding> findings = new ArrayList<>();
        for (Fields each : fields.objects("findings")) {
            findings.add(new Finding(
                    each.text("sentence"), each.optionalText("remedy").orElse("")));
        }
        return new FindingsReply(findings);
    }
}
