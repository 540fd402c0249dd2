package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.spec.Limits;
import java.util.List;

/**
 * A hierarchy that a service has a group in though there is nothing to be told: {@code cpuacct} counts CPU time, {@code
 * perf_event} is what {@code perf record -G} names, {@code freezer} stops all at once, and {@code name=systemd} tells systemd
 * that the processes aren't the daemon's own, which it would kill with the daemon's unit.
 */
public record Counting(String name) implements Controller {
    @Override
    public List<Setting> settings(Limits limits) {
        return List.of();
    }
}
