package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.libc.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the counters of one group, v2's files and v1's, wherever they are. */
final class HardshipReader {
    private static final long UNLIMITED = 1L << 62;

    private final List<Hierarchy> hierarchies;
    private final String group;

    HardshipReader(List<Hierarchy> hierarchies, String group) {
        this.hierarchies = hierarchies;
        this.group = group;
    }

    Hardship read() {
        return new Hardship(
                oomKills(),
                number("memory.peak", "memory.max_usage_in_bytes"),
                number("memory.max", "memory.limit_in_bytes"),
                memoryGroup(),
                forksRefused(),
                throttling(),
                throttledMicros());
    }

    OptionalLong oomKills() {
        return keyed("oom_kill", "memory.events", "memory.oom_control");
    }

    OptionalLong forksRefused() {
        return keyed("max", "pids.events");
    }

    Throttling throttling() {
        return new Throttling(
                keyed("nr_periods", "cpu.stat").orElse(0),
                keyed("nr_throttled", "cpu.stat").orElse(0));
    }

    private OptionalLong throttledMicros() {
        OptionalLong micros = keyed("throttled_usec", "cpu.stat");
        OptionalLong nanos = keyed("throttled_time", "cpu.stat");
        return micros.isEmpty() && nanos.isPresent() ? OptionalLong.of(nanos.getAsLong() / 1_000) : micros;
    }

    private Optional<Path> memoryGroup() {
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            if (files.has("memory.max") || files.has("memory.limit_in_bytes")) {
                return Optional.of(files.directory());
            }
        }
        return Optional.empty();
    }

    /** What stands behind {@code key} in the first file that has it: a controller's own is beside v2's core files. */
    private OptionalLong keyed(String key, String... names) {
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            for (String name : names) {
                OptionalLong value = keyed(key, files, name);
                if (value.isPresent()) {
                    return value;
                }
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong keyed(String key, GroupFiles files, String name) {
        try {
            return files.has(name) ? FlatKeyed.value(files.read(name), key) : OptionalLong.empty();
        } catch (ErrnoException e) {
            return OptionalLong.empty(); // removed meanwhile
        }
    }

    private OptionalLong number(String... names) {
        Optional<String> text = first(names);
        if (text.isEmpty() || text.get().equals("max")) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(text.get());
        return number >= UNLIMITED ? OptionalLong.empty() : OptionalLong.of(number);
    }

    private Optional<String> first(String... names) {
        return all(names).stream().findFirst();
    }

    private List<String> all(String... names) {
        List<String> texts = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            GroupFiles files = hierarchy.parent().files(group);
            for (String name : names) {
                try {
                    if (files.has(name)) {
                        texts.add(files.read(name).strip());
                    }
                } catch (ErrnoException e) {
                    return texts; // removed meanwhile
                }
            }
        }
        return texts;
    }
}
