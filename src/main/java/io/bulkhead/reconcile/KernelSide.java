package io.bulkhead.reconcile;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.launch.Launcher;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.LogPump;
import io.bulkhead.process.ProcessFiles;
import java.nio.file.Path;

/**
 * Everything outside this process that the loop works on.
 *
 * @param records the runtime records' store
 */
record KernelSide(
        Linux linux,
        CgroupDriver cgroups,
        Launcher launcher,
        LogPump logs,
        ProcessFiles processes,
        RuntimeRecord.Store records) {
    static KernelSide of(Linux linux, CgroupDriver cgroups, LogPump logs, Path runDir) {
        return new KernelSide(
                linux, cgroups, new Launcher(linux), logs, new ProcessFiles(linux), new RuntimeRecord.Store(runDir));
    }
}
