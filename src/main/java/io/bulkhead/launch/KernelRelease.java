package io.bulkhead.launch;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.SeccompProfile.Kernel;

/** Which kernel runs here. */
final class KernelRelease {
    private KernelRelease() {}

    static Kernel of(Linux linux) throws ErrnoException {
        String[] release = linux.readFile("/proc/sys/kernel/osrelease").split("[^0-9]", 3);
        return new Kernel(Integer.parseInt(release[0]), Integer.parseInt(release[1]));
    }
}
