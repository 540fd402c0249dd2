package io.bulkhead.cli;

import io.bulkhead.control.wire.UsageReply;
import io.bulkhead.control.wire.UsageView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How busy a service was between two looks, and what it held at the second; empty where that can't be known, as after its group
 * was made anew.
 *
 * @param name the whole
 * @param cpu of one core, in percent
 * @param quota how much of its CPU quota it used, in percent
 * @param throttled of the quota's periods, that in which it had used up its quota and waited, in percent
 * @param read bytes a second
 * @param written bytes a second
 */
record Load(
        String name,
        OptionalDouble cpu,
        OptionalDouble quota,
        OptionalDouble throttled,
        OptionalLong memory,
        OptionalLong memoryMax,
        OptionalLong tasks,
        OptionalLong tasksMax,
        OptionalDouble read,
        OptionalDouble written) {
    /** Of every service of the second look, the busiest first. */
    static List<Load> between(UsageReply before, UsageReply after) {
        Map<String, UsageView> earlier = new HashMap<>();
        before.services().forEach(service -> earlier.put(service.shown(), service));
        List<Load> loads = new ArrayList<>();
        for (UsageView service : after.services()) {
            // One that wasn't there before is compared with itself, over no time, and has no rates yet.
            loads.add(between(earlier.getOrDefault(service.shown(), service), service));
        }
        loads.sort(Comparator.comparingDouble((Load load) -> -load.cpu.orElse(-1)));
        return loads;
    }

    static Load between(UsageView before, UsageView after) {
        double micros = after.clockMicros() - before.clockMicros();
        OptionalDouble cpu = rate(before.cpuMicros(), after.cpuMicros(), 100 / micros);
        double period = after.periodMicros().orElse(0);
        OptionalLong quota = after.quotaMicros();
        return new Load(
                after.shown(),
                cpu,
                cpu.isEmpty() || quota.isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(cpu.getAsDouble() * period / quota.getAsLong()),
                most(rate(before.periodsThrottled(), after.periodsThrottled(), 100 * period / micros)),
                after.memory(),
                after.memoryMax(),
                after.tasks(),
                after.tasksMax(),
                rate(before.bytesRead(), after.bytesRead(), 1e6 / micros),
                rate(before.bytesWritten(), after.bytesWritten(), 1e6 / micros));
    }

    private static OptionalDouble rate(OptionalLong before, OptionalLong after, double factor) {
        return before.isEmpty()
                        || after.isEmpty()
                        || Double.isInfinite(factor)
                        || after.getAsLong() < before.getAsLong()
                ? OptionalDouble.empty()
                : OptionalDouble.of((after.getAsLong() - before.getAsLong()) * factor);
    }

    /** A period may have begun before the first look. */
    private static OptionalDouble most(OptionalDouble percent) {
        return percent.isEmpty() ? percent : OptionalDouble.of(Math.min(100, percent.getAsDouble()));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        put(json, "cpuPercent", cpu);
        put(json, "quotaPercent", quota);
        put(json, "throttledPercent", throttled);
        put(json, "memory", memory);
        put(json, "memoryMax", memoryMax);
        put(json, "pids", tasks);
        put(json, "pidsMax", tasksMax);
        put(json, "readPerSecond", read);
        put(json, "writtenPerSecond", written);
        return json;
    }

    private static void put(Map<String, Object> json, String key, OptionalDouble value) {
        value.ifPresent(number -> json.put(key, Math.round(number * 10) / 10.0));
    }

    private static void put(Map<String, Object> json, String key, OptionalLong value) {
        value.ifPresent(number -> json.put(key, number));
    }
}
