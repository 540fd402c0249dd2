package io.bulkhead.logs;

import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipes of all streams, by the stream's name: {@code web.stdout}, and {@code web.stdout.stage} for its stage. Thread-safe; the
 * methods that name a service's streams are called one after the other.
 *
 * <p>They have no path: a write to one that has takes longer by an eighth, for it sets the file's time. Where no keeper can be had,
 * a stream is a FIFO in run-dir, without a stage, as whatever an earlier version has made is: then a service's output can be found
 * by the next daemon as long as the service lives.
 */
final class LogPipes implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogPipes.class);
    private static final String STAGE = ".stage";
    private static final Pattern STREAM = Pattern.compile(".+\\.std(out|err)(\\.stage)?");
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    private final Linux linux;
    private final Path directory;
    private final PipeKeeper keeper;
    private final Map<String, LogPipe> pipes = new ConcurrentSkipListMap<>();
    // Guarded by this.
    private Set<String> held = new HashSet<>();
    private boolean closed;

    /** Takes up whatever an earlier daemon has left, and changes nothing. */
    LogPipes(Linux linux, Path runDir) throws IOException {
        this.linux = linux;
        this.directory = runDir.resolve("fifo");
        this.keeper = new PipeKeeper(linux, runDir);
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        for (Map.Entry<String, Integer> taken : keeper.adopt().entrySet()) {
            pipes.put(taken.getKey(), new LogPipe(linux, taken.getValue()));
        }
        if (keeper.isThere()) {
            held.addAll(pipes.keySet());
        }
        openFifos();
    }

    private void openFifos() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (STREAM.matcher(name).matches() && isFifo(file) && !pipes.containsKey(name)) {
                takeUp(name, file);
            }
        }
    }

    private void takeUp(String name, Path fifo) {
        try {
            pipes.put(name, open(fifo));
        } catch (ErrnoException e) {
            log.warn("output of a service isn't taken up: {}", e.getMessage());
        }
    }

    private static boolean isFifo(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    private LogPipe open(Path fifo) throws ErrnoException {
        return new LogPipe(linux, linux.open(fifo.toString(), Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_NOFOLLOW));
    }

    static String stage(String stream) {
        return stream + STAGE;
    }

    /** Where what was taken out of a stream waits. */
    Path spool(String stream) {
        return directory.resolve(stream + ".spool");
    }

    /** Every stream that there is, with its stage. */
    Set<String> names() {
        return Set.copyOf(pipes.keySet());
    }

    /** The caller is one of its users. */
    Optional<LogPipe> use(String name) {
        return Optional.ofNullable(pipes.get(name)).map(LogPipe::use);
    }

    /** Makes those that are missing; returns once the keeper holds them. */
    void make(List<String> streams) throws ErrnoException, IOException {
        List<String> fresh = new ArrayList<>();
        for (String name : withStages(streams)) {
            if (!pipes.containsKey(name)) {
                pipes.put(name, new LogPipe(linux, linux.pipes().duplex()));
                fresh.add(name);
            }
        }
        Checkpoint.PIPES_MADE.reached();
        try {
            hold(withStages(streams));
        } catch (ErrnoException | IOException e) {
            warn(e);
            fallBack(fresh);
        }
    }

    private static List<String> withStages(List<String> streams) {
        return streams.stream()
                .flatMap(stream -> Stream.of(stream, stage(stream)))
                .toList();
    }

    private synchronized void hold(List<String> names) throws ErrnoException, IOException {
        if (!held.containsAll(names)) {
            replace();
        }
    }

    private void replace() throws ErrnoException, IOException {
        SortedMap<String, LogPipe> all = new TreeMap<>();
        // One by one, for others add and remove some meanwhile; what is used isn't closed by that.
        pipes.forEach((name, pipe) -> {
            if (pipe.tryUse()) {
                all.put(name, pipe);
            }
        });
        try {
            keeper.replace(all);
            held = new HashSet<>(all.keySet());
        } finally {
            all.values().forEach(LogPipe::close);
        }
    }

    private static void warn(Exception e) {
        log.warn("output of services that end while no daemon runs can be lost: {}", e.getMessage());
    }

    /** Nobody has written to them yet. */
    private void fallBack(List<String> fresh) throws ErrnoException, IOException {
        fresh.forEach(this::discard);
        for (String name : fresh) {
            if (!name.endsWith(STAGE)) {
                Path fifo = directory.resolve(name);
                Files.deleteIfExists(fifo);
                linux.mkfifo(fifo.toString(), 0600);
                pipes.put(name, open(fifo));
            }
        }
    }

    private void discard(String name) {
        LogPipe pipe = pipes.remove(name);
        if (pipe != null) {
            pipe.close();
        }
    }

    /** Forgets streams of a service that is no more, with what is in them. */
    void remove(List<String> streams) throws IOException {
        List<String> names = withStages(streams);
        for (String name : names) {
            discard(name);
            Files.deleteIfExists(directory.resolve(name));
        }
        for (String stream : streams) {
            Files.deleteIfExists(spool(stream));
        }
        letGo(names);
    }

    /** Of several that come at once, only the first has something to do. */
    private synchronized void letGo(List<String> names) {
        try {
            if (!pipes.keySet().containsAll(held)) {
                replace();
            }
        } catch (ErrnoException | IOException e) {
            warn(e);
            held.removeAll(names);
        }
    }

    /** From now on there is always one process that holds them all. */
    synchronized void keep(EndWatcher watcher) {
        try {
            if (!held.equals(pipes.keySet())) {
                replace();
            }
            keeper.endOthers();
        } catch (ErrnoException | IOException e) {
            warn(e);
        }
        keeper.watch(watcher, () -> {
            Thread thread = new Thread(this::restore, "log-keeper");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Another one for one that somebody has killed. */
    private synchronized void restore() {
        held.clear();
        Duration pause = FIRST_RETRY;
        while (!closed) {
            try {
                replace();
                log.warn("the process that keeps services' output was killed: another has taken its place");
                return;
            } catch (ErrnoException | IOException e) {
                warn(e);
            }
            try {
                wait(pause.toMillis());
            } catch (InterruptedException e) {
                return;
            }
            pause = pause.compareTo(LAST_RETRY) < 0 ? pause.multipliedBy(2) : pause;
        }
    }

    /** Ends the keeper: nothing is to outlive the daemon. */
    synchronized void end() throws IOException {
        closed = true;
        notifyAll();
        held.clear();
        keeper.end();
    }

    /** Leaves all to the keeper. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        List.copyOf(pipes.keySet()).forEach(this::discard);
        keeper.close();
    }
}
