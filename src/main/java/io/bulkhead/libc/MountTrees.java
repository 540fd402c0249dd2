package io.bulkhead.libc;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Mounts that are attached nowhere yet, each a descriptor. All methods are thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</a>
 */
public final class MountTrees {
    public static final int RDONLY = 1;
    public static final int NOSUID = 2;
    public static final int NODEV = 4;
    public static final int NOEXEC = 8;
    public static final int PRIVATE = 1 << 18;
    public static final int SLAVE = 1 << 19;

    private static final int IDMAP = 0x100000;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int ATTRIBUTES = 32;

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    MountTrees(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** A copy of what is mounted at a path of this process', from there down. */
    public int open(String path, boolean recursive) throws ErrnoException {
        int flags = OPEN_TREE_CLONE | Linux.O_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
        Pointer name = linux.cString(path);
        long fd = c.syscall(SystemCall.OPEN_TREE.number(), Linux.AT_FDCWD, name.address(), flags, 0, 0, 0);
        if (fd < 0) {
            throw linux.failure("open_tree " + path);
        }
        return (int) fd;
    }

    /** Sets attributes and propagation of a whole tree. */
    public void set(int tree, String what, int attributes, int propagation) throws ErrnoException {
        set(tree, "mount_setattr " + what, attributes, propagation, 0);
    }

    /**
     * Lets the owners of files be those that a user namespace maps to the numbers on the disk.
     *
     * @throws ErrnoException EINVAL where a file system can't, or the kernel (before 5.12)
     */
    public void mapOwners(int tree, String what, int userNamespace) throws ErrnoException {
        set(tree, "mount_setattr MOUNT_ATTR_IDMAP " + what, IDMAP, 0, userNamespace);
    }

    private void set(int tree, String step, int attributes, int propagation, int userNamespace) throws ErrnoException {
        Pointer attr = Memory.allocateDirect(runtime, ATTRIBUTES, true);
        attr.putLong(0, attributes);
        attr.putLong(16, propagation);
        attr.putLong(24, userNamespace);
        Pointer empty = linux.cString("");
        int flags = Linux.AT_EMPTY_PATH | AT_RECURSIVE;
        int number = SystemCall.MOUNT_SETATTR.number();
        if (c.syscall(number, tree, empty.address(), flags, attr.address(), ATTRIBUTES, 0) < 0) {
            throw linux.failure(step);
        }
    }
}
