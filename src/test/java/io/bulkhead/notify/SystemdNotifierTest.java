package io.bulkhead.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemdNotifierTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void saysWhatSystemdUnderstands() {
        String address = directory.resolve("notify").toString();
        try (NotifySocket socket = new NotifySocket(address)) {
            SystemdNotifier notifier = SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", address));

            long before = System.nanoTime() / 1_000;
            notifier.ready("3 services");
            notifier.reloading();
            notifier.watchdog();
            notifier.stopping();

            List<String> messages = socket.messages();
            assertEquals("READY=1\nSTATUS=3 services", messages.get(0));
            assertTrue(messages.get(1).matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+"), messages.get(1));
            long micros = Long.parseLong(messages.get(1).replaceAll("\\D+1\\D+", ""));
            assertTrue(micros >= before && micros <= System.nanoTime() / 1_000, messages.get(1));
            assertEquals(List.of("WATCHDOG=1", "STOPPING=1"), messages.subList(2, messages.size()));
        }
    }

    @Test
    void findsAnAbstractSocket() {
        String address = "@bulkhead-test-" + ProcessHandle.current().pid();
        try (NotifySocket socket = new NotifySocket(address)) {
            SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", address)).watchdog();

            assertEquals(List.of("WATCHDOG=1"), socket.messages());
        }
    }

    @Test
    void nobodyThereIsNoFailure() {
        SystemdNotifier.fromEnvironment(Map.of()).ready("");
        SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", "relative")).ready("");
        SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", directory + "/nosuch"))
                .ready("");
    }

    @Test
    void theWatchdogIsForTheProcessItNames() {
        String own = Long.toString(ProcessHandle.current().pid());

        assertEquals(Optional.of(Duration.ofSeconds(30)), watchdog(Map.of("WATCHDOG_USEC", "30000000")));
        assertEquals(Optional.of(Duration.ofMillis(1)), watchdog(Map.of("WATCHDOG_USEC", "1000", "WATCHDOG_PID", own)));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "1000", "WATCHDOG_PID", "1")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "0")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "soon")));
        assertEquals(Optional.empty(), watchdog(Map.of()));
    }

    private static Optional<Duration> watchdog(Map<String, String> environment) {
        return SystemdNotifier.fromEnvironment(environment).watchdogInterval();
    }
}
