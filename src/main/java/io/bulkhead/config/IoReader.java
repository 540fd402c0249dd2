package io.bulkhead.config;

import io.bulkhead.spec.IoLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The section {@code io} of a service. */
final class IoReader {
    private static final Scalar<String> DEVICE = Scalar.matching(
            "a disk's node such as /dev/vda, or its numbers such as 254:0",
            Pattern.compile("/dev/[^/]+(/[^/]+)*|[0-9]{1,4}:[0-9]{1,7}"));

    private final Section io;

    IoReader(Section io) {
        this.io = io;
    }

    IoLimits read() {
        OptionalInt weight = io.get("weight", Scalar.integer(1, 10_000))
                .map(value -> OptionalInt.of(value.intValue()))
                .orElse(OptionalInt.empty());
        List<IoLimits.Device> devices = new ArrayList<>();
        for (Section limits : io.sections("limits", "{ device = /dev/vda, read-bps = 10 MiB }")) {
            Optional<String> path = limits.get("device", DEVICE);
            OptionalLong readBps = limit(limits, "read-bps", Scalar.size(1));
            OptionalLong writeBps = limit(limits, "write-bps", Scalar.size(1));
            OptionalLong readIops = limit(limits, "read-iops", Scalar.integer(1, Integer.MAX_VALUE));
            OptionalLong writeIops = limit(limits, "write-iops", Scalar.integer(1, Integer.MAX_VALUE));
            limits.done();
            if (!limits.has("device")) {
                limits.problem("device", "is required: a disk's node such as /dev/vda");
            }
            if (path.isPresent()
                    && devices.stream().anyMatch(device -> device.path().equals(path.get()))) {
                limits.problem("device", path.get() + " is named twice");
            } else {
                path.ifPresent(p -> devices.add(new IoLimits.Device(p, readBps, writeBps, readIops, writeIops)));
            }
        }
        io.done();
        return new IoLimits(weight, devices);
    }

    private static OptionalLong limit(Section section, String key, Scalar<Long> scalar) {
        Optional<Long> limit = section.get(key, scalar.or("unlimited"), Optional.empty());
        return limit.isPresent() ? OptionalLong.of(limit.get()) : OptionalLong.empty();
    }
}
