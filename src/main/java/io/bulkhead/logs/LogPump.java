package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the pipes of the services' output into their logs, on a few threads that sleep while nobody writes.
 *
 * <p>A pipe is held open by the service itself for reading and writing, so that a service neither fails nor loses a byte while no
 * daemon runs; it waits once the pipe (1 MiB, and as much behind it) is full. And it is held by the keeper, {@link LogPipes}.
 * All methods are thread-safe; those of one service are called one after the other.
 */
public final class LogPump implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogPump.class);
    /** How long anybody waits for a disk on which a service's last output is to go. */
    private static final int PATIENCE_SECONDS = 10;

    private final Linux linux;
    private final Path logDir;
    private final LogPipes pipes;
    private final Turns turns;
    private final Compressor compressor = new Compressor();
    private final Map<ServiceName, Service> services = new ConcurrentHashMap<>();
    private final Map<ServiceName, Sought> sought = new ConcurrentHashMap<>();
    private volatile BiConsumer<ServiceName, String> listener = (name, message) -> {};

    /**
     * What is kept of a service.
     *
     * @param streams what it writes to
     */
    private record Service(LogSpec spec, StreamNames streams, List<LogOutput> outputs) {
        /** Whether {@code other} needs no other streams and no other targets. */
        boolean isLike(LogSpec other, StreamNames otherStreams) {
            return spec.stdout() == other.stdout()
                    && spec.stderr() == other.stderr()
                    && spec.sockets().equals(other.sockets())
                    && streams.equals(otherStreams);
        }
    }

    /** Takes up the pipes that an earlier daemon has left, and changes nothing. */
    public LogPump(Linux linux, Path runDir, Path logDir) throws ErrnoException, IOException {
        this.linux = linux;
        this.logDir = logDir;
        this.pipes = new LogPipes(linux, runDir);
        Files.createDirectories(logDir);
        this.turns = new Turns(linux);
    }

    /** Has somebody told what happens to a service's log: that it cannot be written, and that it can again. */
    public void listener(BiConsumer<ServiceName, String> next) {
        listener = next;
    }

    /**
     * From now on one process holds all pipes, so that what is in them outlives the daemon and whoever has written it.
     *
     * @param watcher waits for the end of each such process, in whose place comes another
     */
    public void keep(EndWatcher watcher) {
        pipes.keep(watcher);
    }

    /** Ends that process: nothing is to outlive the daemon. */
    public void endKeeping() {
        try {
            pipes.end();
        } catch (IOException e) {
            log.warn("pipes of services' output are kept: {}", e.toString());
        }
    }

    /** Makes the pipes where they are missing and begins to empty them; does nothing where that is so already. */
    public void open(ServiceName name, LogSpec spec) throws ErrnoException, IOException {
        StreamNames streams = StreamNames.of(name, spec);
        Service before = services.get(name);
        if (before != null && before.isLike(spec, streams)) {
            update(name, spec);
            return;
        }
        stop(name);
        pipes.make(streams.all());
        List<LogOutput> outputs = new ArrayList<>();
        try {
            if (spec.stdout() != LogSpec.Target.NONE) {
                boolean both = spec.stderr() == LogSpec.Target.STDOUT
                        && !streams.stderr().equals(streams.stdout());
                outputs.add(output(name, "stdout", both ? List.of("stdout", "stderr") : List.of("stdout"), spec));
            }
            if (spec.stderr() != LogSpec.Target.STDOUT && spec.stderr() != LogSpec.Target.NONE) {
                outputs.add(output(name, "stderr", List.of("stderr"), spec));
            }
        } catch (ErrnoException | IOException e) {
            outputs.forEach(LogOutput::close);
            throw e;
        }
        Sought what = sought.get(name);
        if (what != null) {
            outputs.forEach(output -> output.lookout(new Lookout(what, output.streams(), false)));
        }
        services.put(name, new Service(spec, streams, outputs));
        for (LogOutput output : outputs) {
            turns.add(output);
        }
    }

    /**
     * Descriptors of what {@link #open} has opened, for a launch.
     *
     * @throws ErrnoException ENOENT where it hasn't
     */
    public OutputPipes pipes(ServiceName name, LogSpec spec) throws ErrnoException {
        return new OutputPipes(pipes, StreamNames.of(name, spec));
    }

    /** Empties whatever pipes an earlier daemon has left of a service, of which nothing else is known. */
    public void openLeft(ServiceName name) throws ErrnoException, IOException {
        boolean out = pipes.names().contains(StreamNames.of(name, "stdout"));
        boolean err = pipes.names().contains(StreamNames.of(name, "stderr"));
        if (out || err) {
            LogSpec.Target none = LogSpec.Target.NONE;
            open(name, LogSpec.DEFAULT.to(out ? LogSpec.Target.FILE : none, err ? LogSpec.Target.FILE : none));
        }
    }

    /** Every service of which there are pipes. */
    public Set<ServiceName> withPipes() {
        Set<ServiceName> names = new TreeSet<>();
        for (String stream : pipes.names()) {
            String service = stream.replaceFirst("\\.std(out|err)(\\.stage)?$", "");
            if (ServiceName.isValid(service)) {
                names.add(new ServiceName(service));
            }
        }
        return names;
    }

    private LogOutput output(ServiceName name, String which, List<String> streamNames, LogSpec spec)
            throws ErrnoException, IOException {
        List<LogStream> streams = new ArrayList<>();
        try {
            for (String stream : streamNames) {
                streams.add(new LogStream(linux, stream, pipes, StreamNames.of(name, stream)));
            }
            Consumer<String> events = message -> listener.accept(name, message);
            return new LogOutput(streams, target(name, which, spec), spec.whenFull(), events);
        } catch (ErrnoException | IOException e) {
            streams.forEach(LogStream::close);
            throw e;
        }
    }

    private LogTarget target(ServiceName name, String which, LogSpec spec) throws ErrnoException, IOException {
        LogSpec.Target target = which.equals("stdout") ? spec.stdout() : spec.stderr();
        if (target != LogSpec.Target.FILE) {
            return SocketTarget.of(linux, target, spec.sockets(), name.value());
        }
        LogFile file = new LogFile(linux, LogPaths.logFile(logDir, name, which), spec.rotation());
        return new FileTarget(file, LineFormat.of(spec.layout(), name.value()), compressor);
    }

    /** Has other rules of rotation, layout and so on hold from now on; doesn't wait for that. */
    public void update(ServiceName name, LogSpec spec) {
        Service service =
                services.computeIfPresent(name, (n, before) -> new Service(spec, before.streams(), before.outputs()));
        if (service == null) {
            return;
        }
        for (LogOutput output : service.outputs()) {
            turns.post(output, scratch -> {
                output.whenFull(spec.whenFull());
                if (output.target() instanceof FileTarget file) {
                    file.change(spec.rotation(), LineFormat.of(spec.layout(), name.value()));
                }
            });
        }
    }

    /**
     * From now on looks for a line in what a service writes that is about to be launched; what is there already, comes from an
     * earlier process.
     */
    public void expect(ServiceName name, String regex) {
        look(name, new Sought(regex), true);
    }

    /**
     * Has somebody told of the line that is looked for, once, also if it has come already. Where it isn't looked for, it is from now
     * on, also in what an earlier daemon has left.
     */
    public void listen(ServiceName name, String regex, Consumer<String> found) {
        Sought known = sought.get(name);
        if (known == null || !known.pattern().pattern().equals(regex)) {
            known = new Sought(regex);
            look(name, known, false);
        }
        known.listen(found);
    }

    /** Looks for nothing any more. */
    public void forget(ServiceName name) {
        Service service = services.get(name);
        if (sought.remove(name) != null && service != null) {
            service.outputs().forEach(output -> turns.post(output, scratch -> output.lookout(null)));
        }
    }

    private void look(ServiceName name, Sought what, boolean fresh) {
        sought.put(name, what);
        Service service = services.get(name);
        List<CompletableFuture<?>> done = new ArrayList<>();
        for (LogOutput output : service == null ? List.<LogOutput>of() : service.outputs()) {
            done.add(turns.run(output, scratch -> output.lookout(new Lookout(what, output.streams(), fresh))));
        }
        if (fresh) {
            // Before anybody writes; where a disk hangs, what is older counts as new.
            await(name, CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)));
        }
    }

    private static void await(ServiceName name, CompletableFuture<Void> looking) {
        try {
            looking.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            log.warn("service={} log not looked at in time", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Empties what is left in the pipes and lets go of them. */
    public void remove(ServiceName name) {
        sought.remove(name);
        stop(name);
        try {
            pipes.remove(List.of(StreamNames.of(name, "stdout"), StreamNames.of(name, "stderr")));
        } catch (IOException e) {
            log.warn("service={} output not forgotten: {}", name, e.toString());
        }
    }

    private void stop(ServiceName name) {
        Service ended = services.remove(name);
        if (ended == null) {
            return;
        }
        for (LogOutput output : ended.outputs()) {
            CompletableFuture<?> drained = turns.remove(output, scratch -> {
                output.drain(scratch);
                output.close();
            });
            try {
                drained.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                log.warn("service={} log {} takes long: not waited for", name, output.target());
            } catch (java.util.concurrent.ExecutionException e) {
                log.warn("service={} log {}: {}", name, output.target(), String.valueOf(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Empties the log files, and completes when that is done. */
    public CompletableFuture<Void> clear(ServiceName name) {
        Service service = services.get(name);
        List<CompletableFuture<?>> done = new ArrayList<>();
        for (LogOutput output : service == null ? List.<LogOutput>of() : service.outputs()) {
            if (output.target() instanceof FileTarget file) {
                done.add(turns.run(output, scratch -> clear(name, file.file())));
            }
        }
        return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new));
    }

    private static void clear(ServiceName name, LogFile file) {
        try {
            file.clear();
        } catch (ErrnoException e) {
            log.warn("service={} log not cleared: {}", name, e.getMessage());
        }
    }

    /** Opens every file again, for those that somebody has moved away; doesn't wait for that. */
    public void reopen() {
        services.values().forEach(service -> service.outputs().forEach(this::reopen));
    }

    private void reopen(LogOutput output) {
        if (output.target() instanceof FileTarget file) {
            turns.post(output, scratch -> {
                try {
                    file.file().reopen();
                } catch (ErrnoException | IOException e) {
                    log.warn("log {} not opened again: {}", file, e.getMessage());
                }
            });
        }
    }

    /** Stops at once; what is in the pipes stays there for the next daemon. */
    @Override
    public void close() {
        compressor.close();
        if (turns.close()) {
            services.values().forEach(service -> service.outputs().forEach(LogOutput::close));
            pipes.close();
        }
    }
}
