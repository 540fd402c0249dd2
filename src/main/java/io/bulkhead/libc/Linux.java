package io.bulkhead.libc;

import com.kenai.jffi.PageManager;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The kernel, typed: every refusal is an {@link ErrnoException} that names the call, the object and the data.
 *
 * <p>Calls interrupted by a signal are repeated. All methods are thread-safe.
 */
public final class Linux {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_TRUNC = 01000;
    public static final int O_APPEND = 02000;
    public static final int O_NONBLOCK = 04000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;
    public static final int AT_FDCWD = -100;

    public static final long CGROUP2_SUPER_MAGIC = 0x63677270L;
    public static final long CGROUP_SUPER_MAGIC = 0x27e0ebL;
    public static final long TMPFS_MAGIC = 0x01021994L;
    public static final long PROC_SUPER_MAGIC = 0x9fa0L;

    public static final int AT_EMPTY_PATH = 0x1000;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int LOCK_EX_NB = 2 | 4;

    // From number 424 on, a system call has the same number on every architecture.
    private static final long SYS_OPENAT2 = 437;

    private static final boolean AARCH64 = isAarch64();
    // O_DIRECTORY and O_NOFOLLOW are among the few flags that differ by architecture.
    public static final int O_DIRECTORY = AARCH64 ? 040000 : 0200000;
    public static final int O_NOFOLLOW = AARCH64 ? 0100000 : 0400000;

    private static final class Holder {
        static final Linux INSTANCE = new Linux(LibraryLoader.create(LibC.class).load("c"));
    }

    private final LibC c;
    private final Runtime runtime;
    private final Processes processes;

    private Linux(LibC c) {
        this.c = c;
        this.runtime = Runtime.getRuntime(c);
        this.processes = new Processes(this, c, runtime);
    }

    /** The kernel this process runs on. */
    public static Linux get() {
        return Holder.INSTANCE;
    }

    public static boolean isAarch64() {
        String arch = System.getProperty("os.arch", "");
        if (arch.equals("aarch64")) {
            return true;
        }
        if (arch.equals("amd64") || arch.equals("x86_64")) {
            return false;
        }
        throw new IllegalStateException("Bulkhead runs on x86-64 and aarch64, not on " + arch);
    }

    /** Opens {@code path}; the descriptor is always close-on-exec. */
    public int open(String path, int flags, int mode) throws ErrnoException {
        int fd;
        do {
            fd = c.open(path, flags | O_CLOEXEC, mode);
        } while (fd < 0 && errno() == ErrnoException.EINTR);
        if (fd < 0) {
            throw failure("open " + path);
        }
        return fd;
    }

    public int open(String path, int flags) throws ErrnoException {
        return open(path, flags, 0);
    }

    public void close(int fd) {
        // Linux releases the descriptor whatever close(2) returns; to close it again could hit somebody else's.
        c.close(fd);
    }

    /**
     * Opens a path beneath a directory as a process with that root would see it: neither {@code ..} nor symbolic links lead
     * out. openat2(2), RESOLVE_IN_ROOT; magic links are refused.
     */
    public int openInRoot(int rootFd, String path, int flags) throws ErrnoException {
        Pointer how = Memory.allocateDirect(runtime, 24);
        how.putLong(0, (flags | O_CLOEXEC) & 0xffffffffL);
        how.putLong(8, 0);
        how.putLong(16, 0x10 | 0x02); // RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
        Pointer name = cString(path);
        long fd;
        do {
            fd = c.syscall(SYS_OPENAT2, rootFd, name.address(), how.address(), 24, 0, 0);
            // EAGAIN: a rename elsewhere raced with the resolution; the manual says to try again.
        } while (fd < 0 && (errno() == ErrnoException.EINTR || errno() == ErrnoException.EAGAIN));
        if (fd < 0) {
            throw failure("openat2 " + path + " in the rootfs");
        }
        return (int) fd;
    }

    /** All there is to read from {@code fd}, at most {@code max} bytes. */
    public byte[] readAll(int fd, int max, String what) throws ErrnoException {
        byte[] all = new byte[0];
        byte[] buffer = new byte[Math.min(max, 4096)];
        while (all.length < max) {
            int n = read(fd, buffer, what);
            if (n == 0) {
                break;
            }
            int keep = Math.min(n, max - all.length);
            int length = all.length;
            all = Arrays.copyOf(all, length + keep);
            System.arraycopy(buffer, 0, all, length, keep);
        }
        return all;
    }

    private int read(int fd, byte[] buffer, String what) throws ErrnoException {
        long n;
        do {
            n = c.read(fd, buffer, buffer.length);
        } while (n < 0 && errno() == ErrnoException.EINTR);
        if (n < 0) {
            throw failure("read " + what);
        }
        return (int) n;
    }

    /** A kernel file's content, whole, without its last newline. */
    public String readFile(String path) throws ErrnoException {
        int fd = open(path, O_RDONLY);
        try {
            String text = new String(readAll(fd, 1 << 24, path), StandardCharsets.UTF_8);
            return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } finally {
            close(fd);
        }
    }

    /** Writes to an existing file in one {@code write(2)}, as kernel files want it. */
    public void writeFile(String path, String data) throws ErrnoException {
        byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
        String operation = "write \"" + data.strip() + "\" to " + path;
        int fd = c.open(path, O_WRONLY | O_CLOEXEC, 0);
        if (fd < 0) {
            throw failure(operation);
        }
        try {
            long n;
            do {
                n = c.write(fd, bytes, bytes.length);
            } while (n < 0 && errno() == ErrnoException.EINTR);
            if (n < 0) {
                throw failure(operation);
            }
        } finally {
            close(fd);
        }
    }

    /** Reads into native memory: the number of bytes, 0 at the end, empty where a non-blocking descriptor has none now. */
    public OptionalInt read(int fd, Pointer buffer, int count, String what) throws ErrnoException {
        long n;
        do {
            n = c.read(fd, buffer, count);
        } while (n < 0 && errno() == ErrnoException.EINTR);
        if (n < 0 && errno() == ErrnoException.EAGAIN) {
            return OptionalInt.empty();
        }
        if (n < 0) {
            throw failure("read " + what);
        }
        return OptionalInt.of((int) n);
    }

    /** Writes up to {@code count} bytes from native memory: how many. */
    public int write(int fd, Pointer buffer, int count, String what) throws ErrnoException {
        long n;
        do {
            n = c.write(fd, buffer, count);
        } while (n < 0 && errno() == ErrnoException.EINTR);
        if (n < 0) {
            throw failure("write " + count + " bytes to " + what);
        }
        return (int) n;
    }

    public void mkdir(String path, int mode) throws ErrnoException {
        check(c.mkdir(path, mode), "mkdir ", path);
    }

    public void rmdir(String path) throws ErrnoException {
        check(c.rmdir(path), "rmdir ", path);
    }

    public void unlink(String path) throws ErrnoException {
        check(c.unlink(path), "unlink ", path);
    }

    public void rename(String from, String to) throws ErrnoException {
        check(c.rename(from, to), "rename " + from + " to ", to);
    }

    public void mkfifo(String path, int mode) throws ErrnoException {
        check(c.mkfifo(path, mode), "mkfifo ", path);
    }

    public void chmod(String path, int mode) throws ErrnoException {
        check(c.chmod(path, mode), "chmod " + Integer.toOctalString(mode) + " ", path);
    }

    /** Changes owner and group; -1 leaves one as it is. */
    public void chown(String path, int uid, int gid) throws ErrnoException {
        check(c.chown(path, uid, gid), "chown " + uid + ":" + gid + " ", path);
    }

    public boolean exists(String path) {
        return c.access(path, 0) == 0;
    }

    /** The file system's magic number, {@code statfs(2)}. */
    public long fileSystemType(String path) throws ErrnoException {
        Pointer buffer = Memory.allocateDirect(runtime, 256);
        check(c.statfs(path, buffer), "statfs ", path);
        return buffer.getLong(0);
    }

    /** Takes the exclusive lock on an open file, or says that somebody else has it. */
    public boolean tryLock(int fd) throws ErrnoException {
        if (c.flock(fd, LOCK_EX_NB) == 0) {
            return true;
        }
        if (errno() == ErrnoException.EAGAIN) {
            return false;
        }
        throw failure("flock descriptor " + fd);
    }

    /** Sets a pipe's capacity in bytes; a refusal (the user's pipe budget) is no failure. fcntl(2), F_SETPIPE_SZ. */
    public void setPipeSize(int fd, int bytes) {
        c.fcntl(fd, F_SETPIPE_SZ, bytes);
    }

    /** Whether the kernel knows a system call, and no filter denies it: asked with arguments that it refuses. */
    public boolean knows(int systemCall) {
        return c.syscall(systemCall, -1, -1, -1, -1, -1, -1) >= 0 || errno() != ErrnoException.ENOSYS;
    }

    public Pipes pipes() {
        return new Pipes(this, c, runtime);
    }

    public PassedDescriptors passedDescriptors() {
        return new PassedDescriptors(this, c, runtime);
    }

    public Terminals terminals() {
        return new Terminals(this, c, runtime);
    }

    public MountTrees mountTrees() {
        return new MountTrees(this, c, runtime);
    }

    public Rendezvous rendezvous() throws ErrnoException {
        return Rendezvous.open(this, c);
    }

    public Processes processes() {
        return processes;
    }

    public NamespaceFiles namespaces() {
        return new NamespaceFiles(this, c, runtime);
    }

    public Datagrams datagrams() {
        return new Datagrams(this, c, runtime);
    }

    public StreamSockets streamSockets() {
        return new StreamSockets(this, c, runtime);
    }

    public Epoll epoll() throws ErrnoException {
        return new Epoll(this, c, runtime);
    }

    public Eventfds eventfds() {
        return new Eventfds(this, c);
    }

    public MemoryFiles memoryFiles() {
        return new MemoryFiles(this, c, runtime);
    }

    /** Another descriptor for the same, close-on-exec, of {@code least} or more. fcntl(2), F_DUPFD_CLOEXEC */
    public int duplicate(int fd, int least) throws ErrnoException {
        int copy = c.fcntl(fd, F_DUPFD_CLOEXEC, least);
        if (copy < 0) {
            throw failure("fcntl F_DUPFD_CLOEXEC " + fd);
        }
        return copy;
    }

    /** Writes all bytes. */
    public void writeAll(int fd, byte[] bytes, String what) throws ErrnoException {
        byte[] rest = bytes;
        while (rest.length > 0) {
            long n;
            do {
                n = c.write(fd, rest, rest.length);
            } while (n < 0 && errno() == ErrnoException.EINTR);
            if (n < 0) {
                throw failure("write " + bytes.length + " bytes to " + what);
            }
            rest = Arrays.copyOfRange(rest, (int) n, rest.length);
        }
    }

    /** Cuts or extends an open file to {@code length} bytes. */
    public void ftruncate(int fd, long length, String what) throws ErrnoException {
        if (c.ftruncate(fd, length) < 0) {
            throw failure("ftruncate " + what);
        }
    }

    /** bpf(2): -1 and errno where it is refused. */
    long bpf(int command, Pointer attributes, int size) {
        return c.syscall(SystemCall.BPF.number(), command, attributes.address(), size, 0, 0, 0);
    }

    /** Bytes in a page of memory: 4096, on aarch64 up to 65536. */
    public long pageSize() {
        return PageManager.getInstance().pageSize();
    }

    public int geteuid() {
        return c.geteuid();
    }

    public int getegid() {
        return c.getegid();
    }

    /** Whether this process may write to a file, or in a directory. access(2) */
    public boolean mayWrite(String path) {
        return c.access(path, 2) == 0;
    }

    public int getpid() {
        return c.getpid();
    }

    /** Native memory, freed with the pointer's last reference. */
    public Pointer allocate(int bytes) {
        return Memory.allocateDirect(runtime, bytes);
    }

    int errno() {
        return LastError.getLastError(runtime);
    }

    ErrnoException failure(String operation) {
        return new ErrnoException(operation, errno());
    }

    private void check(int result, String verb, String object) throws ErrnoException {
        if (result < 0) {
            throw failure(verb + object);
        }
    }

    Pointer cString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer memory = Memory.allocateDirect(runtime, bytes.length + 1, true);
        memory.put(0, bytes, 0, bytes.length);
        return memory;
    }
}
