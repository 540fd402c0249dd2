package io.bulkhead.control.wire;

import io.bulkhead.spec.Instance;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What one service uses, as the kernel counts it; empty where the host doesn't count, and limits where there is none.
 *
 * @param name within its group: {@code web}, or of several instances {@code web_00}
 * @param group the service
 * @param clockMicros when it was read, by a clock that only means something in comparison
 * @param cpuMicros CPU time since its group was made, summed over all CPUs
 * @param quotaMicros CPU time it may use in each period
 * @param periodMicros how long a period is
 * @param periodsThrottled periods in which it had used up its quota, and waited
 * @param memory bytes it holds, page cache included
 * @param memoryMax bytes it may hold
 * @param tasks its processes and threads
 * @param tasksMax how many it may have
 * @param bytesRead from block devices
 * @param bytesWritten to block devices
 */
public record UsageView(
        String name,
        String group,
        long clockMicros,
        OptionalLong cpuMicros,
        OptionalLong quotaMicros,
        OptionalLong periodMicros,
        OptionalLong periodsThrottled,
        OptionalLong memory,
        OptionalLong memoryMax,
        OptionalLong tasks,
        OptionalLong tasksMax,
        OptionalLong bytesRead,
        OptionalLong bytesWritten) {
    /** The whole name: {@code web}, or {@code web:web_00}. */
    public String shown() {
        return Instance.shown(group, name);
    }

    Map<String, Object> json() {
        return Fields.object(
                "name",
                name,
                "group",
                group,
                "clockMicros",
                clockMicros,
                "cpuMicros",
                json(cpuMicros),
                "quotaMicros",
                json(quotaMicros),
                "periodMicros",
                json(periodMicros),
                "periodsThrottled",
                json(periodsThrottled),
                "memory",
                json(memory),
                "memoryMax",
                json(memoryMax),
                "pids",
                json(tasks),
                "pidsMax",
                json(tasksMax),
                "bytesRead",
                json(bytesRead),
                "bytesWritten",
                json(bytesWritten));
    }

    private static Object json(OptionalLong number) {
        return number.isPresent() ? (Object) number.getAsLong() : "";
    }

    static UsageView of(Fields fields) throws WireException {
        return new UsageView(
                fields.text("name"),
                fields.text("group"),
                fields.longNumber("clockMicros"),
                fields.optionalLong("cpuMicros"),
                fields.optionalLong("quotaMicros"),
                fields.optionalLong("periodMicros"),
                fields.optionalLong("periodsThrottled"),
                fields.optionalLong("memory"),
                fields.optionalLong("memoryMax"),
                fields.optionalLong("pids"),
                fields.optionalLong("pidsMax"),
                fields.optionalLong("bytesRead"),
                fields.optionalLong("bytesWritten"));
    }
}
