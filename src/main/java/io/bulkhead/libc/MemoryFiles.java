package io.bulkhead.libc;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Files that exist in memory only, as long as somebody has them open. memfd_create(2) */
public final class MemoryFiles {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_NOEXEC_SEAL = 8;
    private static final int MFD_EXEC = 0x10;
    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 1 | 2 | 4 | 8; // F_SEAL_SEAL, SHRINK, GROW, WRITE
    private static final int F_SEAL_EXEC = 0x20;

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    MemoryFiles(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** One that can be executed, as its mode says for ever, and that nobody can change any more. */
    public int program(String name, byte[] elf) throws ErrnoException {
        // Since Linux 6.3 it has to be said; before that the flag is unknown.
        int fd = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
        if (fd < 0 && linux.errno() == ErrnoException.EINVAL) {
            fd = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        }
        if (fd < 0) {
            boolean forbidden = linux.errno() == ErrnoException.EACCES;
            throw linux.failure("memfd_create " + name
                    + (forbidden ? " (a program in memory, which vm.memfd_noexec = 2 forbids)" : ""));
        }
        try {
            linux.writeAll(fd, elf, name);
            seal(fd, name);
        } catch (ErrnoException e) {
            linux.close(fd);
            throw e;
        }
        return fd;
    }

    /** An empty one that can't be executed. */
    public int data(String name) throws ErrnoException {
        int fd = create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
        if (fd < 0 && linux.errno() == ErrnoException.EINVAL) {
            fd = create(name, MFD_CLOEXEC);
        }
        if (fd < 0) {
            throw linux.failure("memfd_create " + name);
        }
        return fd;
    }

    private int create(String name, int flags) {
        byte[] bytes = (name + "\0").getBytes(StandardCharsets.UTF_8);
        Pointer text = Memory.allocateDirect(runtime, bytes.length, true);
        text.put(0, bytes, 0, bytes.length);
        return (int) c.syscall(SystemCall.MEMFD_CREATE.number(), text.address(), flags, 0, 0, 0, 0);
    }

    private void seal(int fd, String name) throws ErrnoException {
        boolean sealed = c.fcntl(fd, F_ADD_SEALS, ALL_SEALS | F_SEAL_EXEC) == 0
                || (linux.errno() == ErrnoException.EINVAL && c.fcntl(fd, F_ADD_SEALS, ALL_SEALS) == 0);
        if (!sealed) {
            throw linux.failure("fcntl F_ADD_SEALS " + name);
        }
    }
}
