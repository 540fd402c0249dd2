package io.bulkhead.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.bulkhead.kernel.KernelTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two hundred services in one file. */
@KernelTest
final class ManyServicesIT {
    private static final int COUNT = 200;

    private static String services(Path rootfs, int changed) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            text.append("s")
                    .append(i)
                    .append(" { rootfs = ")
                    .append(rootfs)
                    .append(", command = [/bin/sleep, 1000]")
                    .append(", cpu.quota = 20 ms, memory.max = 64 MiB, pids.max = 8, start.ready-after = 0 s");
            text.append(i == changed ? ", environment { CHANGED = yes } }\n" : " }\n");
        }
        return text.toString();
    }

    private static Map<String, Long> pids(DaemonBed bed) {
        List<String> names =
                bed.done("status").lines().map(line -> line.split(" ", 2)[0]).toList();
        List<String> pids = bed.done("pid", "all").lines().toList();
        Map<String, Long> all = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            all.put(names.get(i), Long.parseLong(pids.get(i)));
        }
        return all;
    }

    @Test
    void startsAllChangesOneRemovesAll() throws Exception {
        try (DaemonBed bed = new DaemonBed()) {
            Path rootfs = bed.rootfs("sleep", "sleep");
            bed.services("").start();
            bed.services(services(rootfs, -1));

            Instant before = Instant.now();
            bed.done("reload");
            Duration started = Duration.between(before, Instant.now());

            Map<String, Long> first = pids(bed);
            assertEquals(COUNT, first.size());
            assertEquals(COUNT, bed.processes().size());

            bed.services(services(rootfs, 77));
            bed.done("reload");
            Map<String, Long> second = pids(bed);
            assertNotEquals(first.get("s77"), second.get("s77"));
            second.put("s77", first.getOrDefault("s77", 0L));
            assertEquals(first, second);

            bed.services("");
            before = Instant.now();
            bed.done("reload");
            System.out.println(COUNT + " services: started in " + started.toMillis() + " ms, removed in "
                    + Duration.between(before, Instant.now()).toMillis() + " ms");
            assertEquals(List.of(), bed.processes());
            assertEquals("", bed.done("status"));
            assertEquals(
                    List.of(),
                    bed.groups().stream().filter(g -> !g.endsWith(bed.parent)).toList());
        }
    }
}
