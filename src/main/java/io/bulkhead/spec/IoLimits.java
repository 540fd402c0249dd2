package io.bulkhead.spec;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How much of its disks' work a service gets.
 *
 * @param weight its share of a busy disk, 1 to 10000, 100 being everybody's; {@code io.weight} and {@code io.bfq.weight}
 *     (v2) or {@code blkio.bfq.weight} (v1)
 * @param devices the most it may do, by device; {@code io.max} (v2) or {@code blkio.throttle.*} (v1)
 */
public record IoLimits(OptionalInt weight, List<Device> devices) {
    public static final IoLimits NONE = new IoLimits(OptionalInt.empty(), List.of());

    public IoLimits {
        devices = List.copyOf(devices);
        if (weight.isPresent() && (weight.getAsInt() < 1 || weight.getAsInt() > 10_000)) {
            throw new IllegalArgumentException("io.weight " + weight.getAsInt() + " is outside 1 to 10000");
        }
        Set<String> paths = new HashSet<>();
        for (Device device : devices) {
            if (!paths.add(device.path())) {
                throw new IllegalArgumentException("io.limits names " + device.path() + " twice");
            }
        }
    }

    /**
     * The limits of one disk.
     *
     * @param path of the device's node, {@code /dev/vda}, or its numbers, {@code 254:0}
     * @param readBps bytes a second
     * @param readIops operations a second
     */
    public record Device(
            String path, OptionalLong readBps, OptionalLong writeBps, OptionalLong readIops, OptionalLong writeIops) {
        /** As HOCON has it: <code>{device = /dev/vda, read-bps = 1048576}</code>. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("{device = ").append(path);
            append(text, "read-bps", readBps);
            append(text, "write-bps", writeBps);
            append(text, "read-iops", readIops);
            append(text, "write-iops", writeIops);
            return text.append('}').toString();
        }

        private static void append(StringBuilder text, String key, OptionalLong value) {
            if (value.isPresent()) {
                text.append(", ").append(key).append(" = ").append(value.getAsLong());
            }
        }
    }
}
