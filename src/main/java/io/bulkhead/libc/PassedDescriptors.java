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
            Pointer control = Memory.allocateDirect(runtime, CMSG_SPACE, true);
            control.putLong(0, CMSG_HEADER + descriptors.length * 4L);
            control.putInt(8, SOL_SOCKET);
            control.putInt(12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.length; i++) {
                control.putInt(CMSG_HEADER + i * 4L, descriptors[i]);
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Pointer data = Memory.allocateDirect(runtime, bytes.length, true);
            data.put(0, bytes, 0, bytes.length);
            Pointer vector = vector(data, bytes.length);
            Pointer header = header(vector, control, (CMSG_HEADER + descriptors.length * 4 + 7) & ~7);
            if (call(SystemCall.SENDMSG, socket, header, 0) < 0) {
                throw linux.failure("send descriptors to " + address);
            }
        } finally {
            linux.close(socket);
        }
    }

    /** Waits for one message; EAGAIN where the socket doesn't wait. */
    public Message receive(int socket) throws ErrnoException {
        Pointer data = Memory.allocateDirect(runtime, LONGEST, true);
        Pointer control = Memory.allocateDirect(runtime, CMSG_SPACE, true);
        Pointer vector = vector(data, LONGEST);
        Pointer header = header(vector, control, CMSG_SPACE);
        long length = call(SystemCall.RECVMSG, socket, header, MSG_CMSG_CLOEXEC);
        if (length < 0) {
            throw linux.failure("recvmsg");
        }
        List<Integer> descriptors = new ArrayList<>();
        boolean any = header.getLong(40) >= CMSG_HEADER
                && control.getInt(8) == SOL_SOCKET
                && control.getInt(12) == SCM_RIGHTS;
        for (long at = CMSG_HEADER; any && at < Math.min(control.getLong(0), CMSG_SPACE); at += 4) {
            descriptors.add(control.getInt(at));
        }
        byte[] bytes = new byte[(int) length];
        data.get(0, bytes, 0, bytes.length);
        return new Message(new String(bytes, StandardCharsets.UTF_8), descriptors);
    }

    private Pointer vector(Pointer data, int length) {
        Pointer vector = Memory.allocateDirect(runtime, 16, true); // struct iovec
        vector.putAddress(0, data.address());
        vector.putLong(8, length);
        return vector;
    }

    private Pointer header(Pointer vector, Pointer control, int length) {
        Pointer header = Memory.allocateDirect(runtime, 56, true); // struct msghdr: no name
        header.putAddress(16, vector.address());
        header.putLong(24, 1);
        header.putAddress(32, control.address());
        header.putLong(40, length);
        return header;
    }

    private long call(SystemCall call, int socket, Pointer header, int flags) {
        long n;
        do {
            n = c.syscall(call.number(), socket, header.address(), flags, 0, 0, 0);
        } while (n < 0 && linux.errno() == ErrnoException.EINTR);
        return n;
    }
}
