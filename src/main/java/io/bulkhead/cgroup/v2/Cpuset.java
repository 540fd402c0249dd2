package io.bulkhead.cgroup.v2;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.spec.IndexSet;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/**
 * CPUs and memory nodes: {@code cpuset.cpus} and {@code cpuset.mems}, empty where the parent's are good enough.
 *
 * <p>What the parent hasn't is accepted and has no effect: {@code cpuset.cpus.effective} tells.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#cpuset-interface-files">cgroup v2, cpuset</a>
 */
public final class Cpuset implements Controller {
    @Override
    public String name() {
        return "cpuset";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        return List.of(
                setting("cpu.cpus", "cpuset.cpus", limits.cpuset().cpus()),
                setting("cpu.mems", "cpuset.mems", limits.cpuset().mems()));
    }

    private static Setting setting(String key, String file, Optional<IndexSet> set) {
        return set.isPresent() ? Value.of(key, file, true, set.get().text()) : new Unplaced(key, file);
    }
}
