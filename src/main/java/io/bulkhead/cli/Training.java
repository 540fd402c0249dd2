package io.bulkhead.cli;

import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Loads the classes that {@code status} and {@code exec} need, for the class-data archive. */
final class Training {
    private Training() {}

    static void run(PrintStream out) throws IOException {
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
                false,
                "",
                "",
                ServiceView.Vitals.NONE);
        try {
            StatusReply reply = StatusReply.of(io.bulkhead.control.wire.Json.read(
                    io.bulkhead.control.wire.Json.write(new StatusReply(List.of(service), List.of()).json())));
            out.println(new StatusLine(Instant.now(), ZoneId.systemDefault())
                    .format(reply.services().get(0), 33));
        } catch (io.bulkhead.control.wire.WireException e) {
            throw new IllegalStateException("what was written can't be read", e);
        }
        // Nobody answers at /dev/null; what loads on the way there is what counts.
        Main.run(List.of("-s", "unix:///dev/null", "status"), out, out);
        Main.run(List.of("-s", "unix:///dev/null", "exec", "web", "true"), out, out);
        Path configuration = Files.createTempFile("bulkhead-train", ".conf");
        try {
            Files.writeString(
                    configuration,
                    "supervisor.control.socket = /dev/null\nservices { a { rootfs = /tmp, command = [a] } }\n");
            Main.run(List.of("-c", configuration.toString(), "status"), out, out);
        } finally {
            Files.delete(configuration);
        }
    }
}
