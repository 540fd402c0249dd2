package io.bulkhead.health;

import io.bulkhead.launch.NotifySocket;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets by which services tell how they are, each in a directory of its own under {@code run-dir/notify}.
 *
 * <p>Nobody but the daemon's user may enter that, and each service finds its own directory mounted; so whoever sends is of the
 * service, or root. All of a service's processes are believed alike. A service that sends without end waits for us: messages are read
 * a few at a time, with a pause, and the kernel holds few.
 */
public final class NotifySockets {
    private static final Logger log = LoggerFactory.getLogger(NotifySockets.class);
    private static final int LONGEST = 4096;
    private static final int AT_ONCE = 16;
    /** More than {@code net.unix.max_dgram_qlen} is anywhere: what had been sent at a moment is read then. */
    private static final int MOST_QUEUED = 1024;

    private static final Duration PAUSE = Duration.ofMillis(5);

    private static final Listener NOBODY = messages -> Duration.ZERO;

    private final Linux linux;
    private final ProbeLoop loop;
    private final Path directory;
    private final Map<ServiceName, Socket> sockets = new ConcurrentHashMap<>();

    /** Who is told what a service says. */
    interface Listener {
        /**
         * Takes messages, in order.
         *
         * @return how long none are to be read
         */
        Duration hear(List<NotifyMessage> messages);
    }

    NotifySockets(Linux linux, ProbeLoop loop, Path runDir) {
        this.linux = linux;
        this.loop = loop;
        this.directory = runDir.resolve("notify");
    }

    /**
     * Makes a new socket, which knows nothing of what was said to the one before; for any thread.
     *
     * @return its directory
     */
    public Path open(ServiceName name) throws ErrnoException, IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Path home = Files.createDirectories(directory.resolve(name.value()));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.deleteIfExists(home.resolve(NotifySocket.NAME));
        Socket socket = new Socket(bind(home));
        Socket before = sockets.put(name, socket);
        if (before != null) {
            loop.post(before::close);
        }
        return home;
    }

    private int bind(Path home) throws ErrnoException {
        int at = linux.open(home.toString(), Linux.O_PATH | Linux.O_DIRECTORY);
        try {
            // However long the path of run-dir is.
            String path = "/proc/self/fd/" + at + "/" + NotifySocket.NAME;
            int fd = linux.datagrams().receiveAt(path);
            try {
                linux.chmod(path, 0666);
            } catch (ErrnoException e) {
                linux.close(fd);
                throw e;
            }
            return fd;
        } finally {
            linux.close(at);
        }
    }

    /** Takes a service's socket away; for any thread. */
    public void close(ServiceName name) {
        Socket socket = sockets.remove(name);
        if (socket != null) {
            loop.post(socket::close);
        }
        Path home = directory.resolve(name.value());
        try {
            Files.deleteIfExists(home.resolve(NotifySocket.NAME));
            Files.deleteIfExists(home);
        } catch (IOException e) {
            log.warn("service={} {}: not deleted: {}", name, home, e.toString());
        }
    }

    /** From now on has {@code listener} told what the service says; of the loop's thread. */
    void hear(ServiceName name, Listener listener) {
        Socket socket = sockets.get(name);
        try {
            if (socket == null) {
                open(name); // it was launched by an earlier daemon
                socket = sockets.get(name);
            }
            if (socket != null) {
                socket.hear(listener);
            }
        } catch (ErrnoException | IOException e) {
            log.warn("service={} cannot tell how it is: {}", name, e.toString());
        }
    }

    /** From now on whatever the service says is of no interest. It is read, so that it doesn't wait. */
    void ignore(ServiceName name) {
        Socket socket = sockets.get(name);
        if (socket != null) {
            socket.listener = NOBODY;
            socket.settle();
        }
    }

    /** Has {@code done} run once all is heard that was sent before; of the loop's thread. */
    void drain(ServiceName name, Runnable done) {
        Socket socket = sockets.get(name);
        if (socket == null) {
            done.run();
        } else {
            socket.drain(done);
        }
    }

    /** Of the loop's thread. */
    void close() {
        sockets.values().forEach(Socket::close);
    }

    /** One socket. Of the loop's thread. */
    private final class Socket {
        private final int fd;
        /** Who wait for all to be read that was sent before they came. */
        private final List<Runnable> waiters = new ArrayList<>();

        private Listener listener = NOBODY;
        private boolean watched;
        private boolean resting;
        private boolean closed;
        private Timers.@Nullable Timer pause;

        Socket(int fd) {
            this.fd = fd;
        }

        void hear(Listener next) throws ErrnoException {
            listener = next;
            if (!watched && !closed && pause == null) {
                watch();
            }
        }

        private void watch() throws ErrnoException {
            loop.events().watch(fd, this::readable);
            watched = true;
        }

        private void readable() {
            unwatch();
            Duration rest = listener.hear(read(waiters.isEmpty() ? AT_ONCE : MOST_QUEUED));
            settle();
            resting = rest.compareTo(PAUSE) > 0;
            pause = loop.after(resting ? rest : PAUSE, this::goOn);
        }

        private List<NotifyMessage> read(int most) {
            List<NotifyMessage> messages = new ArrayList<>();
            try {
                while (messages.size() < most) {
                    OptionalInt count = linux.read(fd, loop.buffer(), LONGEST, "notifications");
                    if (count.isEmpty()) {
                        break;
                    }
                    byte[] message = new byte[count.getAsInt()];
                    loop.buffer().get(0, message, 0, message.length);
                    messages.add(NotifyMessage.of(message, message.length));
                }
            } catch (ErrnoException e) {
                log.debug("notifications: {}", e.getMessage());
            }
            return messages;
        }

        /** A pause doesn't keep it, a rest does. */
        void drain(Runnable done) {
            waiters.add(done);
            if (closed) {
                settle();
            } else if (!resting) {
                if (pause != null) {
                    pause.cancel();
                }
                readable();
            }
        }

        /** Whoever waits waits no longer. */
        void settle() {
            List<Runnable> settled = List.copyOf(waiters);
            waiters.clear();
            settled.forEach(Runnable::run);
        }

        private void goOn() {
            pause = null;
            resting = false;
            if (!waiters.isEmpty()) {
                readable();
                return;
            }
            try {
                watch();
            } catch (ErrnoException e) {
                log.warn("notifications are read no more: {}", e.getMessage());
            }
        }

        private void unwatch() {
            if (watched) {
                loop.events().unwatch(fd);
                watched = false;
            }
        }

        void close() {
            if (closed) {
                return;
            }
            closed = true;
            unwatch();
            if (pause != null) {
                pause.cancel();
            }
            linux.close(fd);
            settle();
        }
    }
}
