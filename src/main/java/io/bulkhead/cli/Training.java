package io.bulkhead.cli;

import io.bulkhead.control.wire.ServiceView;
import io.bulkhead.control.wire.StatusReply;
import java.io.PrintStream;
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
            out.println(new StatusLine(Instant.now(), ZoneId.systemDefault())
                    .format(reply.services().get(0), 33));
            new ControlClient(java.nio.file.Path.of("/dev/null")).get("status");
        } catch (ControlClient.ControlException | io.bulkhead.control.wire.WireException e) {
            // Nobody answers at /dev/null.
        }
    }
}
