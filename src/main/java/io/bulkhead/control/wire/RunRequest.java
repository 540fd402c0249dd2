package io.bulkhead.control.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of {@code POST /v1/run}.
 *
 * @param name that no service has
 * @param service what a configuration has at {@code services.NAME}
 * @param attachment empty: the answer comes when the command has begun, else when nothing is left of it
 */
public record RunRequest(String name, Map<String, Object> service, Optional<AttachmentView> attachment) {
    public Map<String, Object> json() {
        Map<String, Object> object = Fields.object("name", name, "service", service);
        attachment.ifPresent(view -> object.put("attachment", view.json()));
        return object;
    }

    public static RunRequest of(Fields fields) throws WireException {
        fields.requireOnly(List.of("name", "service", "attachment"));
        return new RunRequest(
                fields.text("name"),
                fields.object("service").asMap(),
                fields.has("attachment")
                        ? Optional.of(AttachmentView.of(fields.object("attachment")))
                        : Optional.empty());
    }
}
