package io.bulkhead.control.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of {@code POST /v1/exec}.
 *
 * @param name of a service
 * @param command at least one word
 * @param environment beyond the service's
 * @param user as whom; empty: as the service
 * @param workdir empty: the service's
 * @param attachment empty: the answer comes when the command has begun, else when it has ended
 */
public record ExecRequest(
        String name,
        List<String> command,
        Map<String, String> environment,
        Optional<String> user,
        Optional<String> workdir,
        Optional<AttachmentView> attachment) {
    public ExecRequest {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    public Map<String, Object> json() {
        List<String> variables = environment.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
        Map<String, Object> object = Fields.object(
                "name",
                name,
                "command",
                command,
                "environment",
                variables,
                "user",
                user.orElse(""),
                "workdir",
                workdir.orElse(""));
        attachment.ifPresent(view -> object.put("attachment", view.json()));
        return object;
    }

    public static ExecRequest of(Fields fields) throws WireException {
        fields.requireOnly(List.of("name", "command", "environment", "user", "workdir", "attachment"));
        List<String> command = fields.texts("command");
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new WireException("\"command\" names no program");
        }
        return new ExecRequest(
                fields.text("name"),
                command,
                variables(fields.texts("environment")),
                fields.optionalText("user"),
                fields.optionalText("workdir"),
                fields.has("attachment")
                        ? Optional.of(AttachmentView.of(fields.object("attachment")))
                        : Optional.empty());
    }

    private static Map<String, String> variables(List<String> texts) throws WireException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new WireException("\"environment\": " + text + " is not NAME=VALUE");
            }
            variables.put(text.substring(0, equals), text.substring(equals + 1));
        }
        return variables;
    }
}
