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

    /** Whether files there can be mounted with other owners. mount_setattr(2), MOUNT_ATTR_IDMAP */
    public static boolean mapsOwners(Path path) throws IOException {
        String type = Files.getFileStore(path).type();
        return !type.equals("overlay") && (!type.equals("tmpfs") || isAtLeast(6, 3));
    }

    /** Skips the test where it cannot be, and says so. */
    public static void assumeMapsOwners(Path path) throws IOException {
        boolean can = mapsOwners(path);
        if (!can) {
            System.out.println(
                    "SKIPPED: no idmapped mounts of " + Files.getFileStore(path).type() + ", where " + path + " is");
        }
        Assumptions.assumeTrue(can);
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
