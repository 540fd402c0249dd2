package io.bulkhead.notify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** systemd's end of the protocol: a datagram socket, which the JDK has none of. unix(7) */
public final class NotifySocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final C C_LIBRARY = LibraryLoader.create(C.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(C_LIBRARY);

    private final int fd;

    /** The calls that are needed. */
    public interface C {
        int socket(int domain, int type, int protocol);

        int bind(int fd, Pointer address, int length);

        long recv(int fd, Pointer buffer, long length, int flags);

        int close(int fd);
    }

    /** @param address a path, or {@code @name} for one of the abstract name space */
    public NotifySocket(String address) {
        fd = C_LIBRARY.socket(AF_UNIX, SOCK_DGRAM, 0);
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        if (path[0] == '@') {
            path[0] = 0;
        }
        Pointer sockaddr = Memory.allocateDirect(RUNTIME, 2 + path.length, true);
        sockaddr.putShort(0, (short) AF_UNIX);
        sockaddr.put(2, path, 0, path.length);
        if (fd < 0 || C_LIBRARY.bind(fd, sockaddr, 2 + path.length) < 0) {
            throw new IllegalStateException("cannot bind " + address);
        }
    }

    /** What has arrived, a message each. */
    public List<String> messages() {
        List<String> messages = new ArrayList<>();
        Pointer buffer = Memory.allocateDirect(RUNTIME, 4096);
        for (long n = receive(buffer); n >= 0; n = receive(buffer)) {
            byte[] bytes = new byte[(int) n];
            buffer.get(0, bytes, 0, bytes.length);
            messages.add(new String(bytes, StandardCharsets.UTF_8));
        }
        return messages;
    }

    private long receive(Pointer buffer) {
        return C_LIBRARY.recv(fd, buffer, 4096, MSG_DONTWAIT);
    }

    @Override
    public void close() {
        C_LIBRARY.close(fd);
    }
}
