package io.bulkhead.spec;

import java.time.Duration;
import java.util.List;

/** A question that is put to a service: whether it is ready, or still well. */
public sealed interface Probe {
    /** The text of a configuration that means the same. */
    @Override
    String toString();

    /**
     * A connection is accepted, in the service's network namespace.
     *
     * @param host a numeric address, or {@code localhost}
     * @param port 1 to 65535
     */
    record Tcp(String host, int port) implements Probe {
        @Override
        public String toString() {
            return "tcp " + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /**
     * A GET is answered with a status of 200 to 399, in the service's network namespace.
     *
     * @param host as in {@link Tcp}
     * @param port 1 to 65535
     * @param path with its query, beginning with a slash
     */
    record Http(String host, int port, String path) implements Probe {
        @Override
        public String toString() {
            return "http http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + path;
        }
    }

    /**
     * A command inside the service's container exits with 0.
     *
     * @param command program and arguments, at least one
     */
    record Exec(List<String> command) implements Probe {
        public Exec {
            command = List.copyOf(command);
        }

        @Override
        public String toString() {
            return "exec " + command;
        }
    }

    /**
     * A line of its output matches, once.
     *
     * @param regex as {@link java.util.regex.Pattern} has it, found anywhere in the line
     */
    record Log(String regex) implements Probe {
        @Override
        public String toString() {
            return "log " + regex;
        }
    }

    /**
     * The service itself says so: {@code READY=1}.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>
     */
    record Notify() implements Probe {
        @Override
        public String toString() {
            return "notify";
        }
    }

    /**
     * The service itself says {@code WATCHDOG=1} again and again.
     *
     * @param within the longest it may be silent
     */
    record Watchdog(Duration within) implements Probe {
        @Override
        public String toString() {
            return "watchdog " + SpecKey.text(within);
        }
    }
}
