package io.bulkhead.status;

/**
 * A process beyond doubt: a pid is used again after its process is gone, a pid with its start time is not.
 *
 * @param pid in the daemon's PID namespace
 * @param startTicks clock ticks from boot to the process' start, field 22 of {@code /proc/PID/stat}, proc(5)
 */
public record ProcessId(int pid, long startTicks) {
    @Override
    public String toString() {
        return Integer.toString(pid);
    }
}
