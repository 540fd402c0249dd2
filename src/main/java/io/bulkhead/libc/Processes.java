package io.bulkhead.libc;

import java.util.Optional;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Processes, by descriptors that stand for one and no other. All methods are thread-safe. pidfd_open(2) */
public final class Processes {
    private static final long SYS_PIDFD_OPEN = 434;
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int WNOHANG = 1;
    private static final long PIDFD_INFO_EXIT = 1L << 3;
    private static final long PIDFD_GET_INFO = 0xC040FF0BL; // _IOWR(0xFF, 11, struct pidfd_info of 64 bytes)

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    Processes(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** A descriptor for a process, close-on-exec. ESRCH where there is none. pidfd_open(2). */
    public int open(int pid) throws ErrnoException {
        long fd = c.syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
        if (fd < 0) {
            throw linux.failure("pidfd_open " + pid);
        }
        return (int) fd;
    }

    /** pidfd_send_signal(2); ESRCH where the process has ended and been reaped. */
    public void signal(int pidfd, int signal) throws ErrnoException {
        if (c.syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0, 0) < 0) {
            throw linux.failure("pidfd_send_signal " + signal);
        }
    }

    /**
     * The wait status of an ended process, as wait4(2) would give it. A child is reaped by this; for another's child the
     * kernel's record is read (PIDFD_GET_INFO, Linux 6.15 and later).
     *
     * @return empty where it still runs or nobody can tell
     * @throws ErrnoException EAGAIN where the kernel will be able to tell once the process' parent has reaped it
     */
    public Optional<Integer> waitStatus(int pidfd) throws ErrnoException {
        Pointer info = Memory.allocateDirect(runtime, 128, true);
        int rc;
        do {
            rc = c.waitid(P_PIDFD, pidfd, info, WEXITED | WNOHANG);
        } while (rc < 0 && linux.errno() == ErrnoException.EINTR);
        if (rc == 0) {
            // siginfo_t on 64 bit: si_signo 0, si_errno 4, si_code 8, si_pid 16, si_uid 20, si_status 24
            if (info.getInt(16) == 0) {
                return Optional.empty();
            }
            int status = info.getInt(24);
            return Optional.of(
                    switch (info.getInt(8)) {
                        case 1 -> status << 8; // CLD_EXITED
                        case 3 -> status | 0x80; // CLD_DUMPED
                        default -> status; // CLD_KILLED
                    });
        }
        if (linux.errno() != ErrnoException.ECHILD) {
            throw linux.failure("waitid");
        }
        return exitInfo(pidfd);
    }

    /** Waits for a child that is bound to end, and reaps it. */
    public void reap(int pidfd) throws ErrnoException {
        Pointer info = Memory.allocateDirect(runtime, 128, true);
        int rc;
        do {
            rc = c.waitid(P_PIDFD, pidfd, info, WEXITED);
        } while (rc < 0 && linux.errno() == ErrnoException.EINTR);
        if (rc < 0) {
            throw linux.failure("waitid");
        }
    }

    /** Kills a child, reaps it, and closes the descriptor. */
    public void end(int pidfd) throws ErrnoException {
        try {
            signal(pidfd, 9);
            reap(pidfd);
        } finally {
            linux.close(pidfd);
        }
    }

    private Optional<Integer> exitInfo(int pidfd) throws ErrnoException {
        Pointer info = Memory.allocateDirect(runtime, 64, true);
        info.putLong(0, PIDFD_INFO_EXIT);
        if (c.ioctl(pidfd, PIDFD_GET_INFO, info) < 0) {
            return Optional.empty(); // an older kernel; ESRCH: one that forgets who has been reaped
        }
        if ((info.getLong(0) & PIDFD_INFO_EXIT) == 0) {
            throw new ErrnoException("ioctl PIDFD_GET_INFO", ErrnoException.EAGAIN);
        }
        return Optional.of(info.getInt(60));
    }

    /** Sets a limit of another process, in the resource's own unit. prlimit(2) */
    public void setLimit(int pid, int resource, String name, long soft, long hard) throws ErrnoException {
        Pointer limits = Memory.allocateDirect(runtime, 16);
        limits.putLong(0, soft);
        limits.putLong(8, hard);
        call(SystemCall.PRLIMIT64, "prlimit64 " + name + " " + soft + ":" + hard, pid, resource, limits.address());
    }

    /** Sets the nice value of another process. setpriority(2) */
    public void setNice(int pid, int nice) throws ErrnoException {
        call(SystemCall.SETPRIORITY, "setpriority " + nice, 0, pid, nice); // PRIO_PROCESS
    }

    private void call(SystemCall call, String what, long first, long second, long third) throws ErrnoException {
        if (c.syscall(call.number(), first, second, third, 0, 0, 0) < 0) {
            throw linux.failure(what);
        }
    }
}
