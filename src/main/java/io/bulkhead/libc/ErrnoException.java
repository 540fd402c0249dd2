package io.bulkhead.libc;

import jnr.constants.platform.Errno;

/**
 * A system call that the kernel refused: what was called, on what object, with what data, and why.
 *
 * <p>Checked, since a kernel's refusal is ordinary here.
 */
public final class ErrnoException extends Exception {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int ECONNREFUSED = 111;
    public static final int EINPROGRESS = 115;

    private final String operation;
    private final int errno;

    /**
     * @param operation verb and object, as a sentence would have it: {@code rmdir /sys/fs/cgroup/x},
     *     {@code write "1" to /proc/…}
     */
    public ErrnoException(String operation, int errno) {
        super(null, null, false, true);
        this.operation = operation;
        this.errno = errno;
    }

    /** Verb and object, without the reason. */
    public String operation() {
        return operation;
    }

    public int errno() {
        return errno;
    }

    /** {@code write "50000 100000" to /sys/fs/cgroup/bulkhead/web/cpu.max: EINVAL (Invalid argument)}. */
    @Override
    public String getMessage() {
        return operation + ": " + describe(errno);
    }

    /** {@code EINVAL (Invalid argument)}. */
    public static String describe(int errno) {
        Errno known = Errno.valueOf(errno);
        return known == Errno.__UNKNOWN_CONSTANT__ ? "errno " + errno : known.name() + " (" + known.description() + ")";
    }
}
