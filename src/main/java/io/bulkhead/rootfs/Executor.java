package io.bulkhead.rootfs;

import io.bulkhead.libc.FileStatus;
import java.util.List;

/**
 * Who executes a program, by the numbers that files on the disk have.
 *
 * @param groups its own and the supplementary ones
 */
public record Executor(int uid, List<Integer> groups) {
    private static final int EXECUTE = 1;
    private static final int ANYBODY = 0111;

    public Executor {
        groups = List.copyOf(groups);
    }

    /** Whether it may execute a file, or pass through a directory. */
    boolean mayExecute(FileStatus file, boolean directory) {
        if (uid == 0) {
            return directory || (file.mode() & ANYBODY) != 0;
        }
        int shift = file.uid() == uid ? 6 : groups.contains(file.gid()) ? 3 : 0;
        return (file.mode() >> shift & EXECUTE) != 0;
    }
}
