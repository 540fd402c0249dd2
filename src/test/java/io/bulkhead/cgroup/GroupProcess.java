package io.bulkhead.cgroup;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.SyscallProgram.Child;
import io.bulkhead.libc.SystemCall;
import java.nio.file.Path;
import java.util.List;

/** Starts a process that is in a group from birth, as a launch does, and in nothing else that is new. */
final class GroupProcess {
    private GroupProcess() {}

    static Child start(Linux linux, JoinAtBirth join, String... command) throws ErrnoException {
        SyscallProgram.Builder builder = SyscallProgram.builder(0);
        int fd = -1;
        if (join.unified().isPresent()) {
            fd = linux.open(join.unified().get().toString(), Linux.O_PATH | Linux.O_DIRECTORY);
        }
        builder.call(SystemCall.CLOSE_RANGE, "", 3, 0xffffffffL, 0);
        for (Path tasks : join.tasksFiles()) {
            builder.call(
                    SystemCall.OPENAT,
                    tasks.toString(),
                    Linux.AT_FDCWD,
                    tasks.toString(),
                    Linux.O_WRONLY | Linux.O_CLOEXEC,
                    0);
            builder.call(SystemCall.WRITE, tasks.toString(), 3, "0", 1);
            builder.call(SystemCall.CLOSE, "", 3);
        }
        builder.call(SystemCall.RT_SIGPROCMASK, "", 2, builder.longs(0), 0, 8);
        builder.call(
                SystemCall.EXECVE,
                command[0],
                command[0],
                builder.strings(List.of(command)),
                builder.strings(List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin")));
        try (SyscallProgram program = builder.build()) {
            return program.run(linux, fd);
        } finally {
            if (fd >= 0) {
                linux.close(fd);
            }
        }
    }
}
