package io.bulkhead.libc;

import java.util.Arrays;
import java.util.OptionalInt;
import jnr.ffi.Pointer;

/** A socket by which the kernel is asked about its network, netlink(7): a message there, a message back. */
public final class NetlinkSocket implements AutoCloseable {
    static final int AF_NETLINK = 16;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_EXT_ACK = 11;
    /** More than any answer about a single object. */
    private static final int LARGEST = 32 << 10;

    private final Linux linux;
    private final int fd;
    private final Pointer buffer;

    /** @param fd of an open one, closed with this */
    NetlinkSocket(Linux linux, LibC c, int fd) {
        this.linux = linux;
        this.fd = fd;
        this.buffer = linux.allocate(LARGEST);
        buffer.putInt(0, 1);
        // The reason in words; a kernel that has none to give is no failure.
        c.syscall(SystemCall.SETSOCKOPT.number(), fd, SOL_NETLINK, NETLINK_EXT_ACK, buffer.address(), 4, 0);
    }

    /**
     * Sends a request and waits for what the kernel answers, which it does at once.
     *
     * @param what names it in errors: {@code RTM_NEWLINK br0}
     */
    public byte[] exchange(byte[] request, String what) throws ErrnoException {
        buffer.put(0, request, 0, request.length);
        linux.write(fd, buffer, request.length, what);
        OptionalInt length = linux.read(fd, buffer, LARGEST, "the answer to " + what);
        byte[] answer = new byte[length.orElse(0)];
        buffer.get(0, answer, 0, answer.length);
        return Arrays.copyOf(answer, answer.length);
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
