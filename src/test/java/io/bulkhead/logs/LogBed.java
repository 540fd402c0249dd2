package io.bulkhead.logs;

import static org.awaitility.Awaitility.await;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** One output of a service, given its turns by the test itself. */
final class LogBed implements AutoCloseable {
    static final ServiceName WEB = new ServiceName("web");

    private final Linux linux = Linux.get();
    private final Path logDir;
    private final Compressor compressor = new Compressor();
    private final Scratch scratch;
    private final LogPipes pipes;
    private final List<RandomAccessFile> writers = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    private LogOutput output;

    LogBed(Path directory, LogSpec spec) throws Exception {
        this(directory, directory, spec);
    }

    LogBed(Path runDir, Path logDir, LogSpec spec) throws Exception {
        this.logDir = logDir;
        this.scratch = new Scratch(linux);
        this.pipes = new LogPipes(linux, runDir);
        try {
            this.output = open(spec, log());
        } catch (Exception e) {
            pipes.end();
            throw e;
        }
    }

    private LogOutput open(LogSpec spec, Path file) throws Exception {
        List<LogStream> streams = new ArrayList<>();
        for (String name : spec.layout().tags() ? List.of("stdout", "stderr") : List.of("stdout")) {
            String stream = StreamNames.of(WEB, name);
            pipes.make(List.of(stream));
            streams.add(new LogStream(linux, name, pipes, stream));
            writers.add(writer(pipes, stream));
        }
        LogTarget target = spec.stdout() == LogSpec.Target.FILE
                ? new FileTarget(
                        new LogFile(linux, file, spec.rotation()), LineFormat.of(spec.layout(), "web"), compressor)
                : SocketTarget.of(linux, spec.stdout(), spec.sockets(), "web");
        return new LogOutput(streams, target, spec.whenFull(), events::add);
    }

    /** What a service would write to, held as it holds it: for reading and writing. */
    static RandomAccessFile writer(LogPipes pipes, String stream) throws IOException {
        try (LogPipe pipe = pipes.use(stream).orElseThrow()) {
            return new RandomAccessFile("/proc/self/fd/" + pipe.fd(), "rw");
        }
    }

    /** The same of a daemon that may have died: what the keeper holds. */
    static RandomAccessFile writer(Path runDir, String stream) throws IOException {
        KeeperRecord record = KeeperRecord.read(Linux.get(), runDir).orElseThrow();
        for (KeeperRecord.Entry entry : record.entries()) {
            if (entry.stream().equals(stream)) {
                return new RandomAccessFile("/proc/" + record.pid() + "/fd/" + entry.fd(), "rw");
            }
        }
        throw new IOException(stream + " is not among " + record);
    }

    /** As a daemon that has died leaves it, and the next one finds it: the pipes are held by others. */
    void reopen(LogSpec spec) throws Exception {
        output.close();
        output = open(spec, log());
    }

    Path log() {
        return logDir.resolve("web.stdout.log");
    }

    void write(String text) throws Exception {
        write(0, text);
    }

    void write(int stream, String text) throws Exception {
        writers.get(stream).write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes and has it taken. */
    void say(String text) throws Exception {
        write(text);
        turn();
    }

    long turn() {
        long next;
        do {
            next = output.turn(scratch);
        } while (next == LogOutput.NOW || (!isTroubled() && stream().held() > 0));
        return next;
    }

    private boolean isTroubled() {
        return events.size() % 2 == 1 && !output.isTaking();
    }

    /** Gives turns whenever one is due. */
    void turnsUntil(Callable<Boolean> done) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    turn();
                    return done.call();
                });
    }

    LogOutput output() {
        return output;
    }

    LogStream stream() {
        return output.streams().get(0);
    }

    Scratch scratch() {
        return scratch;
    }

    String read(String suffix) throws IOException {
        return Files.readString(logDir.resolve("web.stdout.log" + suffix));
    }

    /** All that is kept, oldest first. */
    String all() throws IOException {
        StringBuilder text = new StringBuilder();
        for (LogFiles.Part part : LogFiles.oldestFirst(log())) {
            try (var in = part.open()) {
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        output.close();
        pipes.end();
        pipes.close();
        scratch.close();
        compressor.close();
        for (RandomAccessFile writer : writers) {
            writer.close();
        }
    }
}
