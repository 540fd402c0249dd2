package io.bulkhead.control.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The answer to {@code GET /v1/avail}. */
public record AvailableReply(List<Service> services) {
    /** A declared service, and whether the daemon has it. */
    public record Service(String name, boolean inForce, boolean autostart) {}

    public AvailableReply {
        services = List.copyOf(services);
    }

    public Map<String, Object> json() {
        List<Object> objects = new ArrayList<>();
        for (Service service : services) {
            objects.add(
                    Fields.object("name", service.name, "inForce", service.inForce, "autostart", service.autostart));
        }
        return Fields.object("services", objects);
    }

    public static AvailableReply of(Fields fields) throws WireException {
        List<Service> services = new ArrayList<>();
        for (Fields each : fields.objects("services")) {
            services.add(new Service(each.text("name"), each.flag("inForce", false), each.flag("autostart", false)));
        }
        return new AvailableReply(services);
    }
}
