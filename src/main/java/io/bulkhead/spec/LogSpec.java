package io.bulkhead.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of a service's output.
 *
 * @param stdout where it goes: {@code NAME.stdout.log} under log-dir, where it is {@link Target#FILE}
 * @param stderr likewise, or {@link Target#STDOUT}: together with stdout, in the order written
 * @param rotation when a file is put aside, and what becomes of it
 * @param layout what is added to each line
 * @param whenFull what becomes of output that cannot be written
 * @param sockets where syslog and journald listen
 */
public record LogSpec(
        Target stdout, Target stderr, Rotation rotation, Layout layout, WhenFull whenFull, Sockets sockets) {
    public static final LogSpec DEFAULT =
            new LogSpec(Target.FILE, Target.STDOUT, Rotation.DEFAULT, Layout.DEFAULT, WhenFull.BLOCK, Sockets.DEFAULT);

    /** Where a stream goes. */
    public enum Target {
        FILE,
        /** For stderr only: where stdout goes. */
        STDOUT,
        SYSLOG,
        JOURNALD,
        /** {@code /dev/null}. */
        NONE
    }

    /**
     * When a file is put aside, and what becomes of it.
     *
     * @param maxSizeBytes a file this long is rotated; 0: never
     * @param maxAge a file that was begun this long ago is; empty: never
     * @param backups rotated files kept: {@code .1} is the newest
     * @param compress what rotated files become
     */
    public record Rotation(long maxSizeBytes, Optional<Duration> maxAge, int backups, Compression compress) {
        public static final Rotation DEFAULT = new Rotation(50L << 20, Optional.empty(), 10, Compression.NONE);
    }

    /** What rotated files become. */
    public enum Compression {
        NONE,
        GZIP,
        ZSTD
    }

    /**
     * What is added to each line of a file.
     *
     * @param timestamps text: the time, in UTC
     * @param tags text: the stream; and a merged stderr comes by a pipe of its own, so that it can be told from stdout
     */
    public record Layout(Format format, boolean timestamps, boolean tags) {
        public static final Layout DEFAULT = new Layout(Format.TEXT, false, false);

        /** Whether bytes go to the file as they come. */
        public boolean isRaw() {
            return format == Format.TEXT && !timestamps && !tags;
        }
    }

    /** How a line is written. */
    public enum Format {
        TEXT,
        /** An object a line, with time, service, stream and message. */
        JSON
    }

    /** What becomes of output that cannot be written. */
    public enum WhenFull {
        /** The service waits once its pipe is full. */
        BLOCK,
        /** It is counted and thrown away. */
        DROP
    }

    /**
     * Datagram sockets of other logs.
     *
     * @param syslog a path, or {@code @name} in the abstract namespace
     * @param facility what syslog files it under
     * @param journald likewise
     */
    public record Sockets(String syslog, Facility facility, String journald) {
        public static final Sockets DEFAULT = new Sockets("/dev/log", Facility.DAEMON, "/run/systemd/journal/socket");
    }

    /** syslog's facilities for services, with their numbers. RFC 5424, 6.2.1. */
    public enum Facility {
        USER(1),
        MAIL(2),
        DAEMON(3),
        AUTH(4),
        LPR(6),
        NEWS(7),
        UUCP(8),
        CRON(9),
        AUTHPRIV(10),
        FTP(11),
        LOCAL0(16),
        LOCAL1(17),
        LOCAL2(18),
        LOCAL3(19),
        LOCAL4(20),
        LOCAL5(21),
        LOCAL6(22),
        LOCAL7(23);

        private final int number;

        Facility(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    /** Whether there is no output: all of it goes to {@code /dev/null}. */
    public boolean isNone() {
        return stdout == Target.NONE && (stderr == Target.NONE || stderr == Target.STDOUT);
    }

    /** The same with other bounds, the rest as it is. */
    public LogSpec rotating(long maxSizeBytes, int backups) {
        return with(new Rotation(maxSizeBytes, rotation.maxAge(), backups, rotation.compress()));
    }

    public LogSpec to(Target out, Target err) {
        return new LogSpec(out, err, rotation, layout, whenFull, sockets);
    }

    public LogSpec with(Rotation other) {
        return new LogSpec(stdout, stderr, other, layout, whenFull, sockets);
    }

    public LogSpec with(Layout other) {
        return new LogSpec(stdout, stderr, rotation, other, whenFull, sockets);
    }

    public LogSpec with(WhenFull other) {
        return new LogSpec(stdout, stderr, rotation, layout, other, sockets);
    }

    public LogSpec with(Sockets other) {
        return new LogSpec(stdout, stderr, rotation, layout, whenFull, other);
    }
}
