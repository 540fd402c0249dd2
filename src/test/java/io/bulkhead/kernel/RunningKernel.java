package io.bulkhead.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The kernel that tests run on, for those of what came late. */
public final class RunningKernel {
    private RunningKernel() {}

    public static boolean isAtLeast(int major, int minor) throws IOException {
        String[] release =
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).split("[^0-9]", 3);
        int found = Integer.parseInt(release[0]);
        return found > major || (found == major && Integer.parseInt(release[1]) >= minor);
    }

    /** Skips the test on an older one, and says so. */
    public static void assume(int major, int minor, String what) throws IOException {
        boolean late = isAtLeast(major, minor);
        if (!late) {
            System.out.println("SKIPPED: " + what + " came with Linux " + major + "." + minor);
        }
        Assumptions.assumeTrue(late);
    }
}
