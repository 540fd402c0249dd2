package io.bulkhead.control;

import io.bulkhead.reconcile.Operations;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the control API on a Unix-domain socket. */
public final class ControlServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    /** A command that waits holds a thread; they are made on demand and soon gone. */
    private static final int MAX_THREADS = 64;

    static {
        // Otherwise Jetty asks the JVM how wide its pointers are, by JMX, and that is a third of its start.
        System.setProperty("org.eclipse.jetty.util.referencesPerCacheLine", "16");
    }

    private final Path socket;
    private final int mode;
    private final String group;
    private final boolean passed;
    private final Server server;
    private final UnixDomainServerConnector connector;

    /**
     * Serves on a socket that somebody else made, chose the mode of and will remove, where one was passed.
     *
     * @param passed the JVM's inherited channel
     */
    public ControlServer(
            Operations operations, Path socket, int mode, String group, Optional<ServerSocketChannel> passed) {
        this.socket = socket;
        this.mode = mode;
        this.group = group;
        this.passed = passed.isPresent();
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 3, 5_000);
        threads.setName("control");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        this.server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new UnixDomainServerConnector(server, null, null, null, 0, 1, new HttpConnectionFactory(http));
        connector.setUnixDomainPath(socket);
        connector.setInheritChannel(this.passed);
        // A start may take as long as its service; who waits for it is not idle.
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        server.setHandler(new Routes(operations, group));
    }

    /** Answers from here on. Whatever lies at the socket's path is a dead daemon's, for a living one holds run-dir. */
    public void start() throws Exception {
        if (passed) {
            server.start();
            return;
        }
        Files.createDirectories(socket.getParent());
        Files.deleteIfExists(socket);
        server.start();
        PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
        // Until here the socket is its maker's alone to connect to: the daemon's umask is 022, and connecting
        // takes write permission. Group before mode, so that no other group ever has it.
        giveTo(view);
        view.setPermissions(permissions(mode));
    }

    /** A host without the group has no members of it; the socket stays root's, and the daemon works. */
    private void giveTo(PosixFileAttributeView socketView) throws IOException {
        try {
            socketView.setGroup(
                    FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        } catch (UserPrincipalNotFoundException e) {
            log.warn(
                    "control.group {}: no such group here, so only root may command (groupadd --system {})",
                    group,
                    group);
        } catch (FileSystemException e) {
            // A daemon that isn't root can give away to its own groups alone.
            log.warn("control.group {}: {}, so only the daemon's own user and root may command", group, e.getReason());
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        // Declared from OWNER_READ to OTHERS_EXECUTE, as the bits are from the highest to the lowest.
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bit = 0400;
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & bit) != 0) {
                permissions.add(permission);
            }
            bit >>= 1;
        }
        return permissions;
    }

    @Override
    public void close() throws IOException {
        if (passed) {
            // Not stopped: Jetty would delete the socket's file, and Java hands an inherited socket back by pointing
            // standard
            // error at /dev/null, too. Who connects now waits for the next daemon.
            connector.setAccepting(false);
            return;
        }
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("stopping the control server: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(socket);
        }
    }
}
