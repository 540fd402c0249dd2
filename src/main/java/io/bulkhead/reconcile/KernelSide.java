package io.bulkhead.reconcile;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.health.Prober;
import io.bulkhead.launch.Launcher;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.LogPump;
import io.bulkhead.process.ProcessFiles;
import io.bulkhead.spec.SupervisorSpec;
import java.nio.file.Path;

/**
 * Everything outside this process that the loop works on.
 *
 * @param prober asks services how they are, and hears what they tell
 * @param records the runtime records' store
 * @param stamps how far timetables have been seen to
 */
record KernelSide(
        Linux linux,
        CgroupDriver cgroups,
        Launcher launcher,
        LogPump logs,
        ProcessFiles processes,
        Prober prober,
        RecordStore records,
        TurnStamps stamps) {
    static KernelSide of(Linux linux, CgroupDriver cgroups, LogPump logs, SupervisorSpec settings)
            throws ErrnoException {
        Path runDir = settings.runDir();
        ProcessFiles processes = new ProcessFiles(linux);
        RecordStore records = new RecordStore(linux, runDir, processes.bootId());
        Launcher launcher = new Launcher(linux);
        return new KernelSide(
                linux,
                cgroups,
                launcher,
                logs,
                processes,
                new Prober(linux, cgroups, launcher, runDir),
                records,
                new TurnStamps(settings.stateDir()));
    }
}
