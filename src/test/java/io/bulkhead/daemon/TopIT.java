package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.control.wire.Fields;
import io.bulkhead.control.wire.Json;
import io.bulkhead.kernel.KernelTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What {@code top} tells is what the kernel lets services have. */
@KernelTest
final class TopIT {
    private static void services(DaemonBed bed) throws Exception {
        Path rootfs = bed.rootfs("bash", "bash", "sleep");
        bed.services("burner { rootfs = " + rootfs + ", command = [/bin/bash, -c, \"while :; do :; done\"]\n"
                        + "cpu { period = 100 ms, quota = 20 ms } }\n"
                        + "idle { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], pids.max = 9 }\n"
                        + "off { rootfs = " + rootfs + ", command = [/bin/sleep, 1000], autostart = false }")
                .start();
        bed.awaitStatus("burner", "RUNNING");
        bed.awaitStatus("idle", "RUNNING");
    }

    private static double percent(Map<String, Object> service, String key) {
        return ((Number) Objects.requireNonNull(service.get(key), key)).doubleValue();
    }

    @Test
    void aQuotaIsUsedUpAndHoldsUp() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            services(bed);

            String line = bed.done("--json", "top", "-d", "3");

            List<Fields> services =
                    Json.read(line.getBytes(StandardCharsets.UTF_8)).objects("services");
            Map<String, Object> burner = services.get(0).asMap();
            assertEquals("burner", burner.get("name"), line);
            assertEquals(20, percent(burner, "cpuPercent"), 4, line);
            assertEquals(100, percent(burner, "quotaPercent"), 20, line);
            assertTrue(percent(burner, "throttledPercent") > 50, line);
            Map<String, Object> idle = services.get(1).asMap();
            assertEquals("idle", idle.get("name"), line);
            assertEquals(1, idle.get("pids"), line);
            assertEquals(9, idle.get("pidsMax"), line);
            assertEquals(Map.of("name", "off"), services.get(2).asMap());
        }
    }

    @Test
    void atATerminalItIsShownUntilSomebodyHasSeenEnough() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            services(bed);

            try (AtTerminal terminal = new AtTerminal(bed, 24, 80, "top", "-d", "0.2", "burner")) {
                terminal.sees("NAME").sees("burner").sees("NAME").sees("burner").types("q");

                assertEquals(0, terminal.end());
            }
        }
    }
}
