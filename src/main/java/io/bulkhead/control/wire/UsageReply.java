package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The answer to {@code GET /v1/usage}: what every service uses now. Two of them make rates.
 *
 * @param at when it was read, ISO-8601
 * @param services by group, then name
 */
public record UsageReply(String at, List<UsageView> services) {
    public UsageReply {
        services = List.copyOf(services);
    }

    public Map<String, Object> json() {
        return Fields.object(
                "at", at, "services", services.stream().map(UsageView::json).toList());
    }

    public static UsageReply of(Fields fields) throws WireException {
        List<UsageView> services = new ArrayList<>();
        for (Fields service : fields.objects("services")) {
            services.add(UsageView.of(service));
        }
        return new UsageReply(fields.text("at"), services);
    }
}
