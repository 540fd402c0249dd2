package io.bulkhead.launch;

import io.bulkhead.spec.Mount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where a service finds the socket by which it tells how it is.
 *
 * <p>What it gets is a directory, and not the socket: so a later daemon can put another one into it.
 *
 * @param directory of the host, in which the socket lies; nothing else does
 * @param watchdog how long it may be silent at most, if it is to say that it is alive
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>
 */
public record NotifySocket(Path directory, Optional<Duration> watchdog) {
    /** The socket's name in its directory. */
    public static final String NAME = "notify";

    private static final String TARGET = "/dev/bulkhead";

    /** As the service has it: read-only, so that the socket stays where it is; one can send to it all the same. */
    Mount.Bind mount() {
        return new Mount.Bind(directory, TARGET, false, false, new Mount.Flags(true, true, true, true));
    }

    Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("NOTIFY_SOCKET", TARGET + "/" + NAME);
        watchdog.ifPresent(within -> variables.put("WATCHDOG_USEC", Long.toString(within.toNanos() / 1_000)));
        return variables;
    }
}
