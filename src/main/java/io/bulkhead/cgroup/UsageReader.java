package io.bulkhead.cgroup;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.FlatKeyed;
import io.bulkhead.cgroup.fs.Hierarchy;
import io.bulkhead.cgroup.fs.ParentGroup;
import io.bulkhead.cgroup.v1.LegacyHierarchy;
import io.bulkhead.cgroup.v2.UnifiedHierarchy;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.status.Usage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what groups use, from v1's files of a controller where that is mounted, else from v2's: a few files a group, for many
 * groups are read at a time. Immutable.
 */
final class UsageReader {
    private static final long UNLIMITED = 1L << 62;
    /** {@code 8:0 rbytes=1 wbytes=2 …} in v2, {@code 8:0 Read 1} in v1. */
    private static final Pattern READ = Pattern.compile("(?:\\brbytes=|\\bRead )([0-9]+)");

    private static final Pattern WRITTEN = Pattern.compile("(?:\\bwbytes=|\\bWrite )([0-9]+)");

    private final Optional<ParentGroup> unified;
    /** By controller. */
    private final Map<String, ParentGroup> legacy = new HashMap<>();

    UsageReader(Optional<UnifiedHierarchy> unified, List<LegacyHierarchy> legacy) {
        this.unified = unified.map(Hierarchy::parent);
        for (LegacyHierarchy hierarchy : legacy) {
            for (Controller controller : hierarchy.offered()) {
                this.legacy.put(controller.name(), hierarchy.parent());
            }
        }
    }

    Usage read(String group) {
        if (!exists(group)) {
            return Usage.unknown();
        }
        Optional<String> own = read(unified, group, "cpu.stat"); // v2 counts CPU time with and without its controller
        Quota quota = quota(group);
        Optional<String> throttled = quota.micros.isEmpty()
                ? Optional.empty()
                : legacy.containsKey("cpu") ? text("cpu", group, "cpu.stat", "") : own;
        Optional<String> io = text("blkio", group, "blkio.throttle.io_service_bytes", "io.stat");
        return new Usage(
                Usage.now(),
                own.isPresent() ? keyed(own, "usage_usec") : micros(text("cpuacct", group, "cpuacct.usage", "")),
                quota.micros,
                quota.period,
                keyed(throttled, "nr_throttled"),
                number(text("memory", group, "memory.usage_in_bytes", "memory.current")),
                number(text("memory", group, "memory.limit_in_bytes", "memory.max")),
                number(text("pids", group, "pids.current", "pids.current")),
                number(text("pids", group, "pids.max", "pids.max")),
                sum(READ, io),
                sum(WRITTEN, io));
    }

    private boolean exists(String group) {
        return unified.or(() -> legacy.values().stream().findFirst())
                .filter(parent -> parent.has(group))
                .isPresent();
    }

    /** @param micros empty where there is none */
    private record Quota(OptionalLong micros, OptionalLong period) {
        static final Quota NONE = new Quota(OptionalLong.empty(), OptionalLong.empty());
    }

    private Quota quota(String group) {
        if (!legacy.containsKey("cpu")) {
            String[] words = text("cpu", group, "", "cpu.max").orElse("max 0").split(" ", -1);
            return words[0].equals("max")
                    ? Quota.NONE
                    : new Quota(number(Optional.of(words[0])), number(Optional.of(words[1])));
        }
        String quota = text("cpu", group, "cpu.cfs_quota_us", "").orElse("-1");
        return quota.startsWith("-")
                ? Quota.NONE
                : new Quota(number(Optional.of(quota)), number(text("cpu", group, "cpu.cfs_period_us", "")));
    }

    /** The content of a controller's file; empty where there is none in the version at hand, or none any more. */
    private Optional<String> text(String controller, String group, String v1, String v2) {
        ParentGroup parent = legacy.get(controller);
        return parent == null ? read(unified, group, v2) : read(Optional.of(parent), group, v1);
    }

    private static Optional<String> read(Optional<ParentGroup> parent, String group, String file) {
        if (parent.isEmpty() || file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parent.get().files(group).read(file));
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private static OptionalLong keyed(Optional<String> text, String key) {
        return text.isEmpty() ? OptionalLong.empty() : FlatKeyed.value(text.get(), key);
    }

    private static OptionalLong micros(Optional<String> nanos) {
        OptionalLong number = number(nanos);
        return number.isEmpty() ? number : OptionalLong.of(number.getAsLong() / 1_000);
    }

    private static OptionalLong number(Optional<String> text) {
        if (text.isEmpty() || text.get().equals("max")) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(text.get().strip());
        return number >= UNLIMITED ? OptionalLong.empty() : OptionalLong.of(number);
    }

    /** Over all devices; 0 before the first byte, when no device is named. */
    private static OptionalLong sum(Pattern value, Optional<String> text) {
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        long sum = 0;
        for (Matcher found = value.matcher(text.get()); found.find(); ) {
            sum += Long.parseLong(found.group(1));
        }
        return OptionalLong.of(sum);
    }
}
