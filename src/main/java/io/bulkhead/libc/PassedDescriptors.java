package io.bulkhead.libc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** Descriptors handed from one process to another, by messages to Unix-domain datagram sockets. unix(7), SCM_RIGHTS */
public final class PassedDescriptors {
    /** In one message; the kernel allows 253. */
    public static final int MOST = 4;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int LONGEST = 256;
    private static final int CMSG_HEADER = 16;
    private static final int CMSG_SPACE = CMSG_HEADER + MOST * 4;

    /** Where what a {@code struct msghdr} points to stands behind it. */
    private static final int VECTOR = 56;

    private static final int CONTROL = VECTOR + 16;
    private static final int DATA = CONTROL + CMSG_SPACE;

    private final Linux linux;
    private final LibC c;
    private final Runtime runtime;

    PassedDescriptors(Linux linux, LibC c, Runtime runtime) {
        this.linux = linux;
        this.c = c;
        this.runtime = runtime;
    }

    /** A message and what came with it; the descriptors are the receiver's to close. */
    public record Message(String text, List<Integer> descriptors) {
        public Message {
            descriptors = List.copyOf(descriptors);
        }
    }

    /** Sends one message to {@code address}: a path, or {@code @name}. The sender keeps its own descriptors. */
    public void send(String address, String text, int... descriptors) throws ErrnoException {
        int socket = linux.datagrams().connectAtOnce(address);
        try {
            if (call(SystemCall.SENDMSG, socket, message(text, descriptors), 0) < 0) {
                throw linux.failure("send descriptors to " + address);
            }
        } finally {
            linux.close(socket);
        }
    }

    /** What sendmsg(2) takes: a {@code struct msghdr}, with all that it points to. */
    Pointer message(String text, int... descriptors) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer message = message(bytes.length, (CMSG_HEADER + descriptors.length * 4 + 7) & ~7);
        message.putLong(CONTROL, CMSG_HEADER + descriptors.length * 4L);
        message.putInt(CONTROL + 8, SOL_SOCKET);
        message.putInt(CONTROL + 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
            message.putInt(CONTROL + CMSG_HEADER + i * 4L, descriptors[i]);
        }
        message.put(DATA, bytes, 0, bytes.length);
        return message;
    }

    /** Waits for one message; EAGAIN where the socket doesn't wait. */
    public Message receive(int socket) throws ErrnoException {
        Pointer message = message(LONGEST, CMSG_SPACE);
        long length = call(SystemCall.RECVMSG, socket, message, MSG_CMSG_CLOEXEC);
        if (length < 0) {
            throw linux.failure("recvmsg");
        }
        List<Integer> descriptors = new ArrayList<>();
        boolean any = message.getLong(40) >= CMSG_HEADER
                && message.getInt(CONTROL + 8) == SOL_SOCKET
                && message.getInt(CONTROL + 12) == SCM_RIGHTS;
        for (long at = CMSG_HEADER; any && at < Math.min(message.getLong(CONTROL), CMSG_SPACE); at += 4) {
            descriptors.add(message.getInt(CONTROL + at));
        }
        byte[] bytes = new byte[(int) length];
        message.get(DATA, bytes, 0, bytes.length);
        return new Message(new String(bytes, StandardCharsets.UTF_8), descriptors);
    }

    /** A {@code struct msghdr} without a name, its only {@code struct iovec}, the control message, and the data. */
    private Pointer message(int length, int controlLength) {
        Pointer message = Memory.allocateDirect(runtime, DATA + length, true);
        message.putAddress(16, message.address() + VECTOR);
        message.putLong(24, 1);
        message.putAddress(32, message.address() + CONTROL);
        message.putLong(40, controlLength);
        message.putAddress(VECTOR, message.address() + DATA);
        message.putLong(VECTOR + 8, length);
        return message;
    }

    private long call(SystemCall call, int socket, Pointer message, int flags) {
        long n;
        do {
            n = c.syscall(call.number(), socket, message.address(), flags, 0, 0, 0);
        } while (n < 0 && linux.errno() == ErrnoException.EINTR);
        return n;
    }
}
