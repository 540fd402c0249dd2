package io.bulkhead.logs;

import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the services' FIFOs into their log files: one thread, woken by epoll, that sleeps while nobody writes.
 *
 * <p>A FIFO lies in {@code run-dir/fifo}, which only root may enter, and is held open by the service itself for reading and
 * writing, so that a service neither fails nor loses a byte while no daemon runs; it waits once the pipe (1 MiB) is full.
 * All methods are thread-safe.
 */
public final class LogPump implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogPump.class);
    private static final int BUFFER = 64 << 10;
    private static final int PIPE_BUFFERS = (1 << 20) / BUFFER;
    private static final int RETRY_MILLIS = 1_000;
    private static final long WAKE = -1;

    private final Linux linux;
    private final Path runDir;
    private final Path logDir;
    private final Epoll epoll;
    private final int wake;
    private final Pointer buffer;
    private final Thread thread;
    private final Map<ServiceName, List<LogStream>> services = new HashMap<>();
    private final Map<Integer, LogStream> streams = new HashMap<>();
    /** Streams whose file could not be written; out of epoll until it can. */
    private final List<LogStream> blocked = new ArrayList<>();

    private boolean closed;

    public LogPump(Linux linux, Path runDir, Path logDir) throws ErrnoException, IOException {
        this.linux = linux;
        this.runDir = runDir;
        this.logDir = logDir;
        Path fifos = runDir.resolve("fifo");
        Files.createDirectories(fifos);
        Files.setPosixFilePermissions(fifos, PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(logDir);
        this.epoll = linux.epoll();
        this.wake = linux.eventfd();
        epoll.add(wake, WAKE);
        this.buffer = linux.allocate(BUFFER);
        this.thread = new Thread(this::run, "log-pump");
        thread.setDaemon(true);
        thread.start();
    }

    /** Makes the FIFOs where they are missing and begins to empty them; does nothing where that is so already. */
    public synchronized void open(ServiceName name, LogSpec spec) throws ErrnoException, IOException {
        if (services.containsKey(name)) {
            update(name, spec);
            LogPaths paths = LogPaths.of(runDir, name, spec);
            boolean same =
                    streams(paths) == services.getOrDefault(name, List.of()).size();
            if (same) {
                return;
            }
            stop(name);
        }
        List<LogStream> opened = new ArrayList<>();
        services.put(name, opened);
        if (spec.stdout() == LogSpec.Target.FILE) {
            opened.add(stream(name, "stdout", spec));
        }
        if (spec.stderr() == LogSpec.Target.FILE) {
            opened.add(stream(name, "stderr", spec));
        }
    }

    /** Empties whatever FIFOs an earlier daemon has left of a service, of which nothing else is known. */
    public synchronized void openLeft(ServiceName name) throws ErrnoException, IOException {
        boolean out = Files.exists(LogPaths.fifo(runDir, name, "stdout"), LinkOption.NOFOLLOW_LINKS);
        boolean err = Files.exists(LogPaths.fifo(runDir, name, "stderr"), LinkOption.NOFOLLOW_LINKS);
        if (out || err) {
            LogSpec.Target none = LogSpec.Target.NONE;
            open(name, LogSpec.DEFAULT.to(out ? LogSpec.Target.FILE : none, err ? LogSpec.Target.FILE : none));
        }
    }

    /** Every service of which there are FIFOs. */
    public Set<ServiceName> withFifos() throws IOException {
        Set<ServiceName> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(runDir.resolve("fifo"))) {
            files.forEach(file -> {
                String fifo = file.getFileName().toString();
                String service = fifo.replaceFirst("\\.std(out|err)$", "");
                if (!service.equals(fifo) && ServiceName.isValid(service)) {
                    names.add(new ServiceName(service));
                }
            });
        }
        return names;
    }

    private static int streams(LogPaths paths) {
        boolean out = paths.stdout().startsWith("/dev/");
        boolean err = paths.stderr().startsWith("/dev/") || paths.stderr().equals(paths.stdout());
        return (out ? 0 : 1) + (err ? 0 : 1);
    }

    private LogStream stream(ServiceName name, String which, LogSpec spec) throws ErrnoException, IOException {
        LogStream stream =
                new LogStream(linux, LogPaths.fifo(runDir, name, which), LogPaths.logFile(logDir, name, which), spec);
        streams.put(stream.fd(), stream);
        epoll.add(stream.fd(), stream.fd());
        return stream;
    }

    /** Has another size and number of backups hold from the next rotation on. */
    public synchronized void update(ServiceName name, LogSpec spec) {
        services.getOrDefault(name, List.of()).forEach(stream -> stream.file().spec(spec));
    }

    /** Empties what is left in the FIFOs and deletes them. */
    public synchronized void remove(ServiceName name) {
        stop(name);
        for (String which : List.of("stdout", "stderr")) {
            try {
                Files.deleteIfExists(LogPaths.fifo(runDir, name, which));
            } catch (IOException e) {
                log.warn("service={} FIFO not deleted: {}", name, e.toString());
            }
        }
    }

    private void stop(ServiceName name) {
        List<LogStream> ended = services.remove(name);
        if (ended == null) {
            return;
        }
        for (LogStream stream : ended) {
            try {
                // At most what the pipe holds: a writer that is still alive must not keep us here.
                for (int i = 0; i < PIPE_BUFFERS && stream.pump(buffer, BUFFER); i++) {}
            } catch (ErrnoException e) {
                log.warn("service={} output lost: {}", name, e.getMessage());
            }
            epoll.remove(stream.fd());
            streams.remove(stream.fd());
            blocked.remove(stream);
            stream.close();
        }
    }

    /** Empties the log files. */
    public synchronized void clear(ServiceName name) {
        for (LogStream stream : services.getOrDefault(name, List.of())) {
            try {
                stream.file().clear();
            } catch (ErrnoException e) {
                log.warn("service={} log not cleared: {}", name, e.getMessage());
            }
        }
    }

    /** Opens every file again, for those that somebody has moved away. */
    public synchronized void reopen() {
        for (LogStream stream : streams.values()) {
            try {
                stream.file().reopen();
            } catch (ErrnoException | IOException e) {
                log.warn("log {} not opened again: {}", stream.file(), e.getMessage());
            }
        }
    }

    private void run() {
        try {
            while (true) {
                long[] ready = epoll.await(timeout());
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    for (long fd : ready) {
                        LogStream stream = streams.get((int) fd);
                        if (stream != null && !blocked.contains(stream)) {
                            pump(stream);
                        }
                    }
                    List.copyOf(blocked).forEach(this::retry);
                }
            }
        } catch (ErrnoException e) {
            log.error("output of services is no longer taken: {}", e.getMessage());
        }
    }

    private synchronized int timeout() {
        return blocked.isEmpty() ? -1 : RETRY_MILLIS;
    }

    private void pump(LogStream stream) {
        try {
            stream.pump(buffer, BUFFER);
        } catch (ErrnoException e) {
            log.warn("log {} cannot be written, the service waits: {}", stream.file(), e.getMessage());
            epoll.remove(stream.fd());
            blocked.add(stream);
        }
    }

    private void retry(LogStream stream) {
        try {
            stream.pump(buffer, BUFFER);
            epoll.add(stream.fd(), stream.fd());
            blocked.remove(stream);
            log.info("log {} can be written again", stream.file());
        } catch (ErrnoException e) {
            log.debug("log {}: {}", stream.file(), e.getMessage());
        }
    }

    /** Stops at once; what is in the FIFOs stays there for the next daemon. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            linux.signalEvent(wake);
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        streams.values().forEach(LogStream::close);
        epoll.close();
        linux.close(wake);
    }
}
