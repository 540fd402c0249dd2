package io.bulkhead.status;

import java.util.OptionalLong;

/**
 * What a service's group uses, as the kernel counts it; empty where the host doesn't count, and limits where there is none.
 *
 * @param clockMicros when it was read, by a clock that only means something in comparison
 * @param cpuMicros CPU time since the group was made, summed over all CPUs
 * @param quotaMicros CPU time it may use in each period
 * @param periodMicros how long a period is
 * @param periodsThrottled periods since the group was made in which it had used up its quota, and waited
 * @param memory bytes it holds, page cache included
 * @param memoryMax bytes it may hold
 * @param tasks its processes and threads
 * @param tasksMax how many it may have
 * @param bytesRead from block devices, since the group was made
 * @param bytesWritten to block devices, since the group was made
 */
public record Usage(
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
    /** Of a group that isn't there, or that nobody counts for. */
    public static Usage unknown() {
        OptionalLong none = OptionalLong.empty();
        return new Usage(now(), none, none, none, none, none, none, none, none, none, none);
    }

    public static long now() {
        return System.nanoTime() / 1_000;
    }
}
