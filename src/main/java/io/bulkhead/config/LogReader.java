package io.bulkhead.config;

import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.LogSpec.Compression;
import io.bulkhead.spec.LogSpec.Facility;
import io.bulkhead.spec.LogSpec.Format;
import io.bulkhead.spec.LogSpec.Layout;
import io.bulkhead.spec.LogSpec.Rotation;
import io.bulkhead.spec.LogSpec.Sockets;
import io.bulkhead.spec.LogSpec.Target;
import io.bulkhead.spec.LogSpec.WhenFull;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** The section {@code log} of a service. */
final class LogReader {
    private static final LogSpec DEFAULT = LogSpec.DEFAULT;
    private static final Scalar<Optional<Duration>> AGE =
            Scalar.duration(Duration.ofSeconds(1)).or("unlimited");
    /** {@code true} is the compression that every reader of logs knows. */
    private static final Scalar<Compression> COMPRESSION =
            new Scalar<>("one of none, gzip, zstd, true, false", text -> switch (text) {
                case "none", "false", "no", "off" -> Compression.NONE;
                case "gzip", "true", "yes", "on" -> Compression.GZIP;
                case "zstd" -> Compression.ZSTD;
                default ->
                    throw new Refusal("is not one of none, gzip, zstd, true, false"
                            + Nearest.hint(text, List.of("none", "gzip", "zstd", "true", "false")));
            });
    /** What {@code sun_path} of unix(7) can hold. */
    private static final Scalar<String> SOCKET =
            new Scalar<>("an absolute path, or @name of an abstract socket", text -> {
                if (!text.matches("[/@].+")) {
                    throw new Refusal("is neither an absolute path nor @name of an abstract socket");
                }
                if (text.getBytes(StandardCharsets.UTF_8).length > 107) {
                    throw new Refusal("has more than the 107 bytes that a socket's address can have");
                }
                return text;
            });

    private final Section log;

    LogReader(Section log) {
        this.log = log;
    }

    LogSpec read() {
        LogSpec spec = new LogSpec(
                log.get("stdout", Scalar.choice(EnumSet.complementOf(EnumSet.of(Target.STDOUT))), DEFAULT.stdout()),
                log.get("stderr", Scalar.choice(Target.class), DEFAULT.stderr()),
                rotation(),
                new Layout(
                        log.get(
                                "format",
                                Scalar.choice(Format.class),
                                DEFAULT.layout().format()),
                        log.get("timestamps", Scalar.bool(), DEFAULT.layout().timestamps()),
                        log.get("tags", Scalar.bool(), DEFAULT.layout().tags())),
                log.get("when-full", Scalar.choice(WhenFull.class), DEFAULT.whenFull()),
                sockets());
        log.done();
        return spec;
    }

    private Rotation rotation() {
        return new Rotation(
                log.get("max-size", Scalar.size(0), Rotation.DEFAULT.maxSizeBytes()),
                log.get("max-age", AGE, Rotation.DEFAULT.maxAge()),
                log.get("backups", Scalar.integer(0, 1000), (long) Rotation.DEFAULT.backups())
                        .intValue(),
                log.get("compress", COMPRESSION, Rotation.DEFAULT.compress()));
    }

    private Sockets sockets() {
        Section syslog = log.section("syslog");
        Section journald = log.section("journald");
        Sockets sockets = new Sockets(
                syslog.get("socket", SOCKET, Sockets.DEFAULT.syslog()),
                syslog.get("facility", Scalar.choice(Facility.class), Sockets.DEFAULT.facility()),
                journald.get("socket", SOCKET, Sockets.DEFAULT.journald()));
        syslog.done();
        journald.done();
        return sockets;
    }
}
