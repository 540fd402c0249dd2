package io.bulkhead.libc;

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
