package io.bulkhead.libc;

import java.nio.charset.StandardCharsets;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Sends to Unix-domain datagram sockets, and what is too long for one as a descriptor of a sealed file in memory. */
public final class Datagrams {
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final int SCM_RIGHTS = 1;
    private static final int MFD_CLOEXEC_ALLOW_SEALING = 1 | 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 1 | 2 | 4 | 8; // F_SEAL_SEAL, SHRINK, GROW, WRITE

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    Datagrams(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /**
     * A datagram socket that sends to a Unix-domain address, unix(7).
     *
     * @param address a path, or {@code @name} in the abstract namespace; at most 107 bytes
     */
    public int connectAtOnce(String address) throws ErrnoException {
        return socket(address, true, 0);
    }

    private int socket(String address, boolean connects, int flags) throws ErrnoException {
        String operation = (connects ? "connect " : "bind ") + address;
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name.length > 107) {
            throw new ErrnoException(operation, ErrnoException.EINVAL);
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        Pointer socketAddress = Memory.allocateDirect(runtime, 110, true);
        socketAddress.putShort(0, (short) 1); // AF_UNIX
        socketAddress.put(2, name, 0, name.length);
        int fd = c.socket(1, 2 | Linux.O_CLOEXEC | flags, 0); // SOCK_DGRAM
        if (fd < 0) {
            throw linux.failure("socket AF_UNIX");
        }
        int length = 2 + name.length;
        if ((connects ? c.connect(fd, socketAddress, length) : c.bind(fd, socketAddress, length)) < 0) {
            ErrnoException failure = linux.failure(operation);
            linux.close(fd);
            throw failure;
        }
        return fd;
    }

    /** A datagram socket that receives at {@code @name} in the abstract namespace, unix(7). */
    public int bind(String address) throws ErrnoException {
        return socket(address, false, 0);
    }

    /** A datagram socket that receives at a path, where nothing is yet, and whose reader never waits. */
    public int receiveAt(String path) throws ErrnoException {
        return socket(path, false, Linux.O_NONBLOCK);
    }

    /** Writes a short message in one {@code write(2)}. */
    public void send(int fd, String message, String to) throws ErrnoException {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        long n;
        do {
            n = c.write(fd, bytes, bytes.length);
        } while (n < 0 && linux.errno() == ErrnoException.EINTR);
        if (n < 0) {
            throw linux.failure("write to " + to);
        }
    }

    /** A socket that sends to {@code address} and waits up to a second for a receiver that is behind: then EAGAIN. */
    public int connect(String address) throws ErrnoException {
        int fd = connectAtOnce(address);
        Pointer second = Memory.allocateDirect(runtime, 16, true);
        second.putLong(0, 1);
        if (c.syscall(SystemCall.SETSOCKOPT.number(), fd, SOL_SOCKET, SO_SNDTIMEO, second.address(), 16, 0) < 0) {
            ErrnoException failure = linux.failure("setsockopt SO_SNDTIMEO");
            linux.close(fd);
            throw failure;
        }
        return fd;
    }

    /** Sends one message of {@code count} bytes. EMSGSIZE where it is too long. */
    public void send(int fd, Pointer message, int count, String to) throws ErrnoException {
        long n;
        do {
            n = c.write(fd, message, count);
        } while (n < 0 && linux.errno() == ErrnoException.EINTR);
        if (n < 0) {
            throw linux.failure("send " + count + " bytes to " + to);
        }
    }

    /** Sends a descriptor of a file that holds the message and can't be changed any more. memfd_create(2), unix(7) */
    public void sendAsFile(int fd, Pointer message, int count, String to) throws ErrnoException {
        byte[] name = "message\0".getBytes(StandardCharsets.US_ASCII);
        Pointer cName = Memory.allocateDirect(runtime, name.length, true);
        cName.put(0, name, 0, name.length);
        int file = (int)
                c.syscall(SystemCall.MEMFD_CREATE.number(), cName.address(), MFD_CLOEXEC_ALLOW_SEALING, 0, 0, 0, 0);
        if (file < 0) {
            throw linux.failure("memfd_create");
        }
        try {
            for (int written = 0; written < count; ) {
                written += linux.write(file, message.slice(written), count - written, "a file in memory");
            }
            c.fcntl(file, F_ADD_SEALS, ALL_SEALS);
            sendDescriptor(fd, file, to);
        } finally {
            linux.close(file);
        }
    }

    private void sendDescriptor(int fd, int file, String to) throws ErrnoException {
        Pointer control = Memory.allocateDirect(runtime, 24, true); // struct cmsghdr with one descriptor, padded
        control.putLong(0, 20);
        control.putInt(8, SOL_SOCKET);
        control.putInt(12, SCM_RIGHTS);
        control.putInt(16, file);
        Pointer header =
                Memory.allocateDirect(runtime, 56, true); // struct msghdr: no name, no data, the control message
        header.putLong(32, control.address());
        header.putLong(40, 24);
        long n;
        do {
            n = c.syscall(SystemCall.SENDMSG.number(), fd, header.address(), 0, 0, 0, 0);
        } while (n < 0 && linux.errno() == ErrnoException.EINTR);
        if (n < 0) {
            throw linux.failure("send a descriptor to " + to);
        }
    }
}
