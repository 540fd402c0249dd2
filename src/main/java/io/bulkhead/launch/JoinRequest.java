package io.bulkhead.launch;

import io.bulkhead.spec.Credentials;
import io.bulkhead.spec.ServiceSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command to be run inside a running service.
 *
 * @param spec what the service was launched from
 * @param pid its main process
 * @param pidfd of that
 * @param cgroupDirectory likewise as in {@link LaunchRequest}, as are the next two
 * @param environment beyond the service's
 * @param credentials who it runs as
 * @param workdir absolute, inside the rootfs
 * @param timeout how long it may take up to the moment its program runs
 * @param streams its standard input, output and error
 */
public record JoinRequest(
        ServiceSpec spec,
        int pid,
        int pidfd,
        Optional<String> cgroupDirectory,
        List<String> cgroupTasksFiles,
        boolean devicesControlled,
        List<String> command,
        Map<String, String> environment,
        Credentials credentials,
        String workdir,
        Duration timeout,
        Streams streams) {
    public JoinRequest {
        cgroupTasksFiles = List.copyOf(cgroupTasksFiles);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
