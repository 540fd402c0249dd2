package io.bulkhead.libc;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Namespaces by the descriptors of files that stand for them: made, checked, and entered for a moment. namespaces(7) */
public final class NamespaceFiles {
    private static final long NS_GET_NSTYPE = 0xb703; // _IO(0xb7, 3)

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    NamespaceFiles(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /**
     * A descriptor of a new network namespace with its loopback interface up. Moves the calling thread there and back, so
     * it should be a thread that has nothing else to do. network_namespaces(7)
     */
    public int newNetwork() throws ErrnoException {
        String current = "/proc/thread-self/ns/net";
        int home = linux.open(current, Linux.O_RDONLY);
        try {
            call(SystemCall.UNSHARE, "unshare CLONE_NEWNET", SyscallProgram.CLONE_NEWNET, 0);
            try {
                bringLoopbackUp();
                return linux.open(current, Linux.O_RDONLY);
            } finally {
                call(SystemCall.SETNS, "setns back", home, SyscallProgram.CLONE_NEWNET);
            }
        } finally {
            linux.close(home);
        }
    }

    /** A socket for rtnetlink(7) in this thread's network. */
    public NetlinkSocket netlink() throws ErrnoException {
        int fd = c.socket(NetlinkSocket.AF_NETLINK, 3 | Linux.O_CLOEXEC, 0); // SOCK_RAW, NETLINK_ROUTE
        if (fd < 0) {
            throw linux.failure("socket AF_NETLINK");
        }
        return new NetlinkSocket(linux, c, fd);
    }

    /** Likewise in another network, by a descriptor of it. Moves the calling thread there and back, as above. */
    public NetlinkSocket netlinkIn(int network) throws ErrnoException {
        return inNetwork(network, this::netlink);
    }

    /** Something to be done in a network. */
    public interface Step<T> {
        T run() throws ErrnoException;
    }

    /**
     * Does something in another network. Moves the calling thread there and back. setns(2)
     *
     * @param network a descriptor of it, or a pidfd of a process that is in it
     */
    public <T> T inNetwork(int network, Step<T> step) throws ErrnoException {
        int home = linux.open("/proc/thread-self/ns/net", Linux.O_RDONLY);
        try {
            call(SystemCall.SETNS, "setns CLONE_NEWNET", network, SyscallProgram.CLONE_NEWNET);
            try {
                return step.run();
            } finally {
                call(SystemCall.SETNS, "setns back", home, SyscallProgram.CLONE_NEWNET);
            }
        } finally {
            linux.close(home);
        }
    }

    /**
     * A descriptor of the namespace that a file stands for, which must be of the kind {@code type} (CLONE_NEW*) says.
     * ioctl_ns(2)
     *
     * @throws ErrnoException EINVAL where it is of another kind, ENOTTY where it is none
     */
    public int open(String path, long type, String kind) throws ErrnoException {
        // Of a FIFO, whoever opens it without Linux.O_NONBLOCK waits for a writer.
        int fd = linux.open(path, Linux.O_RDONLY | Linux.O_NONBLOCK);
        String what = "ioctl NS_GET_NSTYPE " + path + " (a " + kind + " namespace)";
        int found = (int) c.syscall(SystemCall.IOCTL.number(), fd, NS_GET_NSTYPE, 0, 0, 0, 0);
        if (found == type) {
            return fd;
        }
        ErrnoException failure = found < 0 ? linux.failure(what) : new ErrnoException(what, ErrnoException.EINVAL);
        linux.close(fd);
        throw failure;
    }

    private void call(SystemCall call, String what, long first, long second) throws ErrnoException {
        if (c.syscall(call.number(), first, second, 0, 0, 0, 0) < 0) {
            throw linux.failure(what);
        }
    }

    private void bringLoopbackUp() throws ErrnoException {
        int socket = c.socket(2, 2 | Linux.O_CLOEXEC, 0); // AF_INET, SOCK_DGRAM
        if (socket < 0) {
            throw linux.failure("socket AF_INET");
        }
        try {
            Pointer ifreq = Memory.allocateDirect(runtime, 40, true);
            ifreq.putByte(0, (byte) 'l');
            ifreq.putByte(1, (byte) 'o');
            ifreq.putShort(16, (short) 0x41); // IFF_UP | IFF_RUNNING
            if (c.ioctl(socket, 0x8914, ifreq) < 0) { // SIOCSIFFLAGS
                throw linux.failure("ioctl SIOCSIFFLAGS lo");
            }
        } finally {
            linux.close(socket);
        }
    }
}
