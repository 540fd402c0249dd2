package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.spec.Limits;
import java.util.List;

/**
 * Tasks, processes and threads alike: {@code pids.max}, a number or {@code max}.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/pids.html">Process number controller</a>
 */
public final class Pids implements Controller {
    /** PID_MAX_LIMIT: no host has more tasks, and the kernel refuses a higher number. */
    private static final long MOST_TASKS = 4L * 1024 * 1024;

    @Override
    public String name() {
        return "pids";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        long max = limits.pidsMax().orElse(Long.MAX_VALUE);
        String content = max > MOST_TASKS ? "max" : Long.toString(max);
        return List.of(Value.of("pids.max", "pids.max", limits.pidsMax().isPresent(), content));
    }
}
