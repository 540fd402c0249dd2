package io.bulkhead.libc;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Moves bytes from pipes to files inside the kernel, and reads and writes files at offsets. All methods are thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</a>
 */
public final class Pipes {
    private static final int SPLICE_F_NONBLOCK = 2;
    private static final int SEEK_END = 2;
    private static final int F_SETFL = 4;
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    Pipes(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** Both ends of a new pipe, the reading one first; neither blocks. */
    public int[] pipe() throws ErrnoException {
        return pipe(Linux.O_NONBLOCK);
    }

    /** The same, but both wait, as programs expect of what they are given. */
    public int[] waitingPipe() throws ErrnoException {
        return pipe(0);
    }

    /** The same, but only who writes waits. */
    public int[] outputPipe() throws ErrnoException {
        int[] ends = pipe(0);
        c.fcntl(ends[0], F_SETFL, Linux.O_NONBLOCK);
        return ends;
    }

    /** A new pipe by one descriptor, which reads and writes, and doesn't block. */
    public int duplex() throws ErrnoException {
        int[] ends = pipe();
        try {
            return reopen(ends[0]);
        } finally {
            linux.close(ends[0]);
            linux.close(ends[1]);
        }
    }

    /** Another description of the pipe that a descriptor stands for, even one of O_PATH: as {@link #duplex}. proc(5) */
    public int reopen(int fd) throws ErrnoException {
        return linux.open("/proc/self/fd/" + fd, Linux.O_RDWR | Linux.O_NONBLOCK);
    }

    private int[] pipe(int flags) throws ErrnoException {
        Pointer ends = Memory.allocateDirect(runtime, 8, true);
        check(call(SystemCall.PIPE2, ends.address(), flags | Linux.O_CLOEXEC, 0, 0, 0, 0), "pipe2", "");
        return new int[] {ends.getInt(0), ends.getInt(4)};
    }

    /**
     * Takes up to {@code count} bytes out of a pipe and puts them where the other descriptor stands, in one system call that a
     * kill doesn't divide: what has left the pipe is in the file.
     *
     * @return how many; 0 where the pipe is empty
     */
    public long splice(int from, int to, long count, String what) throws ErrnoException {
        return moved(call(SystemCall.SPLICE, from, 0, to, 0, count, SPLICE_F_NONBLOCK), "splice to ", what);
    }

    /** Puts what the one pipe holds into the other too, and leaves it there. 0 where there is nothing. tee(2) */
    public long tee(int from, int to, long count, String what) throws ErrnoException {
        return moved(call(SystemCall.TEE, from, to, count, SPLICE_F_NONBLOCK, 0, 0), "tee from ", what);
    }

    /** How many bytes a pipe holds. ioctl(2), FIONREAD */
    public int held(int fd) {
        Pointer count = Memory.allocateDirect(runtime, 4, true);
        return c.ioctl(fd, 0x541B, count) < 0 ? 0 : count.getInt(0);
    }

    /** Places the descriptor at the file's end: its size. */
    public long end(int fd, String what) throws ErrnoException {
        return check(call(SystemCall.LSEEK, fd, 0, SEEK_END, 0, 0, 0), "lseek ", what);
    }

    public int pread(int fd, Pointer buffer, int count, long offset, String what) throws ErrnoException {
        return (int) check(call(SystemCall.PREAD64, fd, buffer.address(), count, offset, 0, 0), "read ", what);
    }

    public int pwrite(int fd, Pointer buffer, int count, long offset, String what) throws ErrnoException {
        return (int) check(call(SystemCall.PWRITE64, fd, buffer.address(), count, offset, 0, 0), "write ", what);
    }

    /** Gives a part of a file back to the file system, where that can do so; it reads as zeros. fallocate(2) */
    public void punch(int fd, long offset, long length) {
        call(SystemCall.FALLOCATE, fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length, 0, 0);
    }

    /** Has room for so much behind {@code offset} before it is written; fails where there isn't. The length stays. */
    public void reserve(int fd, long offset, long length, String what) throws ErrnoException {
        long n = call(SystemCall.FALLOCATE, fd, FALLOC_FL_KEEP_SIZE, offset, length, 0, 0);
        if (n < 0 && linux.errno() != ErrnoException.EOPNOTSUPP && linux.errno() != ErrnoException.ENODEV) {
            throw linux.failure("fallocate " + what);
        }
    }

    private long moved(long n, String verb, String what) throws ErrnoException {
        return n < 0 && linux.errno() == ErrnoException.EAGAIN ? 0 : check(n, verb, what);
    }

    private long call(SystemCall call, long a, long b, long c4, long d, long e, long f) {
        long n;
        do {
            n = c.syscall(call.number(), a, b, c4, d, e, f);
        } while (n < 0 && linux.errno() == ErrnoException.EINTR);
        return n;
    }

    private long check(long result, String verb, String what) throws ErrnoException {
        if (result < 0) {
            throw linux.failure(verb + what);
        }
        return result;
    }
}
