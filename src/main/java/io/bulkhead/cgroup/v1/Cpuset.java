package io.bulkhead.cgroup.v1;

import io.bulkhead.cgroup.fs.Controller;
import io.bulkhead.cgroup.fs.GroupFiles;
import io.bulkhead.cgroup.fs.Inherited;
import io.bulkhead.cgroup.fs.Setting;
import io.bulkhead.cgroup.fs.Value;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.IndexSet;
import io.bulkhead.spec.Limits;
import java.util.List;
import java.util.Optional;

/**
 * CPUs and memory nodes: {@code cpuset.cpus} and {@code cpuset.mems}, which are never empty in a group that has processes.
 *
 * <p>A new group's are empty, and nobody can join; so both are filled with the parent's. The kernel refuses what the parent
 * hasn't.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html">CPUSETS</a>
 */
public final class Cpuset implements Controller {
    private static final String CPUS = "cpuset.cpus";
    private static final String MEMS = "cpuset.mems";
    private static final String CLONE = "cgroup.clone_children";

    @Override
    public String name() {
        return "cpuset";
    }

    @Override
    public List<Setting> settings(Limits limits) {
        return List.of(
                setting("cpu.cpus", CPUS, limits.cpuset().cpus()),
                setting("cpu.mems", MEMS, limits.cpuset().mems()));
    }

    private static Setting setting(String key, String file, Optional<IndexSet> set) {
        return set.isPresent() ? Value.of(key, file, true, set.get().text()) : new Inherited(key, file);
    }

    @Override
    public void prepare(GroupFiles files) throws ErrnoException {
        boolean filled = false;
        for (String file : List.of(CPUS, MEMS)) {
            if (files.read(file).isBlank()) {
                files.write(file, files.read("../" + file).strip());
                filled = true;
            }
        }
        if (filled && files.has(CLONE)) {
            // So those below come filled, the services' own among them.
            files.write(CLONE, "1");
        }
    }
}
