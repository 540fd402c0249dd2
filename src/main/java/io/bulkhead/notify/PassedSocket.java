package io.bulkhead.notify;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.Optional;

/**
 * The control socket, where systemd listens on it and starts the daemon by the first connection.
 *
 * <p>systemd passes it as descriptor 3; the start script has moved it to 0, which is where Java takes one over from.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html">sd_listen_fds(3)</a>
 */
public final class PassedSocket {
    private PassedSocket() {}

    /**
     * Takes LISTEN_PID and LISTEN_FDS.
     *
     * @return empty where nothing is passed, or to another process
     * @throws IOException where something else is passed than one Unix-domain stream socket that listens
     */
    public static Optional<ServerSocketChannel> take(Map<String, String> environment) throws IOException {
        String own = Long.toString(ProcessHandle.current().pid());
        if (!own.equals(environment.get("LISTEN_PID"))) {
            return Optional.empty();
        }
        String count = environment.getOrDefault("LISTEN_FDS", "0");
        Channel channel = count.equals("1") ? System.inheritedChannel() : null;
        if (channel instanceof ServerSocketChannel server
                && server.getLocalAddress() instanceof UnixDomainSocketAddress) {
            return Optional.of(server);
        }
        throw new IOException(
                "systemd passed " + count + " sockets, and not the control socket alone: a .socket unit for"
                        + " this daemon has one ListenStream=/PATH and nothing else");
    }
}
