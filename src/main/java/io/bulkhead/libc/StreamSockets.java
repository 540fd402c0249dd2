package io.bulkhead.libc;

import java.lang.ref.Reference;
import java.net.InetAddress;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Connections over TCP that never make their caller wait.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/tcp.7.html">tcp(7)</a>
 */
public final class StreamSockets {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    StreamSockets(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** A socket of the calling thread's network that is connected to nobody. */
    public int open(InetAddress address) throws ErrnoException {
        int fd = c.socket(family(address), SOCK_STREAM | Linux.O_NONBLOCK | Linux.O_CLOEXEC, 0);
        if (fd < 0) {
            throw linux.failure("socket");
        }
        return fd;
    }

    /**
     * Likewise of another network. Moves the calling thread there and back; where the caller isn't root, a child goes there instead:
     * he has power over what belongs to users of his own only among these, and of a process of many threads none can join them.
     * setns(2)
     *
     * @param pidfd of a process that is in it, and among the users whose it is; 32 or more
     */
    public int openIn(int pidfd, InetAddress address) throws ErrnoException {
        return linux.geteuid() == 0
                ? linux.namespaces().inNetwork(pidfd, () -> open(address))
                : openByChild(pidfd, family(address));
    }

    private int openByChild(int pidfd, int family) throws ErrnoException {
        int meeting = 3;
        int process = 4;
        int made = 5;
        SyscallProgram.Builder steps = SyscallProgram.builder(0);
        Rendezvous.hold(steps, meeting);
        steps.call(SystemCall.DUP3, "a process to 4", pidfd, process, 0);
        steps.call(SystemCall.CLOSE_RANGE, "", made, 0xffffffffL, 0);
        long namespaces = SyscallProgram.CLONE_NEWUSER | SyscallProgram.CLONE_NEWNET;
        steps.call(SystemCall.SETNS, "CLONE_NEWUSER|CLONE_NEWNET", process, namespaces);
        steps.call(SystemCall.SOCKET, "", family, SOCK_STREAM | Linux.O_NONBLOCK | Linux.O_CLOEXEC, 0);
        Pointer message = linux.passedDescriptors().message("\n", made);
        steps.step("sendmsg the socket", SystemCall.SENDMSG, meeting, message.address(), 0); // in the memory they share
        Rendezvous.part(steps);
        try (Rendezvous rendezvous = linux.rendezvous();
                SyscallProgram program = steps.build()) {
            ErrnoException end = Rendezvous.runToEnd(linux, program, rendezvous.late());
            return rendezvous.handedOver().orElseThrow(() -> end);
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    private static int family(InetAddress address) {
        return address.getAddress().length == 4 ? AF_INET : AF_INET6;
    }

    /** Begins to connect a socket of the address' family; when it is writable, {@link #error} tells what came of it. */
    public void connect(int fd, InetAddress address, int port) throws ErrnoException {
        byte[] raw = address.getAddress();
        boolean v4 = raw.length == 4;
        int size = v4 ? 16 : 28; // sockaddr_in, sockaddr_in6
        Pointer name = Memory.allocateDirect(runtime, size, true);
        name.putShort(0, (short) family(address));
        name.putByte(2, (byte) (port >> 8));
        name.putByte(3, (byte) port);
        name.put(v4 ? 4 : 8, raw, 0, raw.length);
        if (c.connect(fd, name, size) < 0 && linux.errno() != ErrnoException.EINPROGRESS) {
            throw linux.failure("connect");
        }
    }

    /** Its pending error, an errno, which is taken from it; 0: none. socket(7), SO_ERROR */
    public int error(int fd) {
        Pointer value = Memory.allocateDirect(runtime, 8, true);
        value.putInt(4, 4); // socklen_t, behind the value
        long result = c.syscall(
                SystemCall.GETSOCKOPT.number(), fd, SOL_SOCKET, SO_ERROR, value.address(), value.address() + 4, 0);
        return result < 0 ? linux.errno() : value.getInt(0);
    }
}
