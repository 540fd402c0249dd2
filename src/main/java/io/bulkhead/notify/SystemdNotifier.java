package io.bulkhead.notify;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the daemon is. Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>
 */
public final class SystemdNotifier {
    private static final Logger log = LoggerFactory.getLogger(SystemdNotifier.class);

    private final Optional<String> socket;
    private final Optional<Duration> watchdog;

    private SystemdNotifier(Optional<String> socket, Optional<Duration> watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /** Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. */
    public static SystemdNotifier fromEnvironment(Map<String, String> environment) {
        Optional<String> socket = Optional.ofNullable(environment.get("NOTIFY_SOCKET"))
                .filter(s -> s.startsWith("/") || s.startsWith("@"));
        boolean ours = Optional.ofNullable(environment.get("WATCHDOG_PID"))
                .map(pid -> pid.equals(Long.toString(ProcessHandle.current().pid())))
                .orElse(true);
        Optional<Duration> watchdog = Optional.ofNullable(environment.get("WATCHDOG_USEC"))
                .filter(text -> ours && text.matches("[1-9][0-9]{0,17}"))
                .map(text -> Duration.ofNanos(Long.parseLong(text) * 1_000));
        return new SystemdNotifier(socket, watchdog);
    }

    /** How long systemd waits for a {@link #watchdog} before it takes the daemon for hung; empty: for ever. */
    public Optional<Duration> watchdogInterval() {
        return watchdog;
    }

    public void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    public void reloading() {
        // CLOCK_MONOTONIC, which is what HotSpot's nanoTime reads on Linux.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1_000);
    }

    public void stopping() {
        send("STOPPING=1");
    }

    public void watchdog() {
        send("WATCHDOG=1");
    }

    private void send(String message) {
        if (socket.isEmpty()) {
            return;
        }
        Linux linux = Linux.get();
        try {
            int fd = linux.datagrams().connectAtOnce(socket.get());
            try {
                linux.datagrams().send(fd, message, socket.get());
            } finally {
                linux.close(fd);
            }
        } catch (ErrnoException e) {
            log.warn("systemd not told {}: {}", message.lines().findFirst().orElse(""), e.getMessage());
        }
    }
}
