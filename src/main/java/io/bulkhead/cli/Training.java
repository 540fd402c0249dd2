package io.bulkhead.cli;

import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import io.bulkhead.spec.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Loads the classes that {@code status} needs, for the class-data archive. */
final class Training {
    private Training() {}

    static void run(PrintStream out) {
        ServiceView service = new ServiceView(
                "web",
                "web",
                "RUNNING",
                20,
                OptionalInt.of(1),
                Optional.of(Instant.EPOCH.toString()),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                "",
                "");
        try {
            StatusReply reply = StatusReply.of(io.bulkhead.control.wire.Json.read(
                    io.bulkhead.control.wire.Json.write(new StatusReply(List.of(service), List.of()).json())));
            readConfiguration();
            out.println(new StatusLine(Instant.now(), ZoneId.systemDefault())
                    .format(reply.services().get(0), 33));
            new ControlClient(Path.of("/dev/null")).get("status");
        } catch (ControlClient.ControlException | io.bulkhead.control.wire.WireException | ConfigException e) {
            // Nobody answers at /dev/null.
        } catch (IOException e) {
            out.println(e); // no temporary directory: an archive with less in it
        }
    }

    private static void readConfiguration() throws IOException, ConfigException {
        Path file = Files.createTempFile("bulkhead-train", ".conf");
        try {
            Files.writeString(file, """
                    supervisor { run-dir = /run/bulkhead, include = [none/*.conf] }
                    services.web { rootfs = /, command = [/bin/true], cpu.quota = 20 ms, memory.max = 1 MiB }
                    """);
            new ConfigLoader().loadTolerant(file);
        } finally {
            Files.delete(file);
        }
    }
}
