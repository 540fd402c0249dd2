package io.bulkhead.reconcile;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command to be run inside a running service.
 *
 * @param service its name
 * @param environment beyond the service's
 * @param user as whom, {@code user} or {@code user:group} as the service's own files have them; empty: as the service
 * @param workdir absolute, inside; empty: the service's
 * @param attachment empty: nobody attends it, and it has no streams
 */
public record ExecCommand(
        String service,
        List<String> command,
        Map<String, String> environment,
        Optional<String> user,
        Optional<String> workdir,
        Optional<Attachment> attachment) {
    public ExecCommand {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
