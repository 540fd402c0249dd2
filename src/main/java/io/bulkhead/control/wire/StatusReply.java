package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The answer to {@code GET /v1/status}.
 *
 * @param services by group, then name
 * @param held the generation in force, where the files say something else and somebody wanted it so; or 0
 * @param errors the names that name nothing
 */
public record StatusReply(List<ServiceView> services, List<OutcomeView> errors, int held) {
    public StatusReply(List<ServiceView> services, List<OutcomeView> errors) {
        this(services, errors, 0);
    }

    public StatusReply {
        services = List.copyOf(services);
        errors = List.copyOf(errors);
    }

    public Map<String, Object> json() {
        List<Object> objects = new ArrayList<>();
        for (ServiceView service : services) {
            objects.add(service.json());
        }
        return Fields.object("services", objects, "errors", OutcomeView.json(errors), "held", held == 0 ? "" : held);
    }

    public static StatusReply of(Fields fields) throws WireException {
        List<ServiceView> services = new ArrayList<>();
        for (Fields service : fields.objects("services")) {
            services.add(ServiceView.of(service));
        }
        return new StatusReply(
                services,
                OutcomeView.list(fields, "errors"),
                fields.optionalNumber("held").orElse(0));
    }
}
