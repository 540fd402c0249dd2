package io.bulkhead.cgroup;

import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.CpusetLimits;
import io.bulkhead.spec.IndexSet;
import io.bulkhead.spec.IoLimits;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.MemoryLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Limits of one kind each, for probes. */
final class ProbedLimits {
    private static final long MIB = 1 << 20;

    private ProbedLimits() {}

    static Limits quota(long millis) {
        return Limits.NONE.with(CpuLimits.of(new CpuLimit(Duration.ofMillis(millis), Duration.ofMillis(100))));
    }

    static Limits burst(long millis) {
        return Limits.NONE.with(new CpuLimits(
                Optional.of(new CpuLimit(Duration.ofMillis(20), Duration.ofMillis(100))),
                Optional.of(Duration.ofMillis(millis)),
                OptionalInt.empty(),
                Optional.empty()));
    }

    static Limits weight(int weight) {
        return Limits.NONE.with(
                new CpuLimits(Optional.empty(), Optional.empty(), OptionalInt.of(weight), Optional.empty()));
    }

    static Limits idle(boolean idle) {
        return Limits.NONE.with(
                new CpuLimits(Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.of(idle)));
    }

    static Limits cpus(String list) {
        return Limits.NONE.with(new CpusetLimits(Optional.of(new IndexSet(list)), Optional.empty()));
    }

    static Limits memory(long mebibytes) {
        return Limits.NONE.with(MemoryLimits.of(mebibytes * MIB));
    }

    static Limits high(long mebibytes) {
        return Limits.NONE.with(new MemoryLimits(
                OptionalLong.of(256 * MIB),
                OptionalLong.of(mebibytes * MIB),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty()));
    }

    /** @param disk its number, {@code 8:0} */
    static Limits readBps(String disk, long mebibytes) {
        return Limits.NONE.with(new IoLimits(
                OptionalInt.empty(),
                List.of(new IoLimits.Device(
                        disk,
                        OptionalLong.of(mebibytes * MIB),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty()))));
    }
}
