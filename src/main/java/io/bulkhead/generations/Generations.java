package io.bulkhead.generations;

import io.bulkhead.control.wire.WireException;
import io.bulkhead.libc.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations, a file each in {@code state-dir/generations}, for the daemon's user alone; replaced by rename, and on the disk
 * before anything is done. Where none can be written, that is told once, and they are kept as long as the daemon runs.
 *
 * <p>Thread-safe. One daemon at a time has the directory.
 */
public final class Generations {
    private static final Logger log = LoggerFactory.getLogger(Generations.class);
    private static final String UNFINISHED = "next";
    private static final Pattern NAME = Pattern.compile("([0-9]{1,9})\\.generation");
    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final NavigableMap<Integer, Generation> known = new TreeMap<>();
    /** Of those that no file has. */
    private final Map<Integer, Composition> unwritten = new HashMap<>();

    private int last;
    private @Nullable FileChannel lock;

    private Generations(Path directory) {
        this.directory = directory;
    }

    /** Takes up what earlier daemons left. */
    public static Generations open(Path stateDir) {
        Generations generations = new Generations(stateDir.resolve("generations"));
        try {
            generations.take();
        } catch (IOException e) {
            generations.notKept(e);
        }
        return generations;
    }

    private void take() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    take(Integer.parseInt(name.group(1)), file);
                }
            }
        }
    }

    /** Makes the directory ours, before the first is written: until then this may be a daemon that is not to be. */
    private void claim() throws IOException {
        if (lock != null) {
            return;
        }
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        FileChannel channel = FileChannel.open(
                directory.resolve("lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                OWNERS);
        FileLock taken = channel.tryLock();
        if (taken == null) {
            channel.close();
            throw new FileSystemException(
                    directory.toString(), null, "another supervisord has it: give this one a supervisor.state-dir");
        }
        lock = channel;
    }

    private void take(int number, Path file) {
        last = Math.max(last, number);
        try {
            Generation generation = GenerationText.head(lines(file)[0]);
            if (generation.number() == number) {
                known.put(number, generation);
            }
        } catch (IOException e) {
            log.warn("generation {} cannot be read: {}", number, e.getMessage());
        }
    }

    /** The head and the body. */
    private static byte[][] lines(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int end = 0;
        while (end < all.length && all[end] != '\n') {
            end++;
        }
        if (end == all.length) {
            throw new IOException(file + " is cut short");
        }
        return new byte[][] {
            java.util.Arrays.copyOfRange(all, 0, end), java.util.Arrays.copyOfRange(all, end + 1, all.length)
        };
    }

    /** From the oldest to the newest. */
    public synchronized List<Generation> all() {
        return List.copyOf(known.values());
    }

    /** The one that was last put in force. */
    public synchronized Optional<Generation> newest() {
        return known.isEmpty()
                ? Optional.empty()
                : Optional.of(known.lastEntry().getValue());
    }

    public synchronized Optional<Generation> get(int number) {
        return Optional.ofNullable(known.get(number));
    }

    /** The newest of those before {@code current}'s content that declares something else. */
    public synchronized OptionalInt before(Generation current) {
        return known.headMap(current.content(), false).descendingMap().values().stream()
                .filter(each -> !each.hash().equals(current.hash()))
                .mapToInt(Generation::number)
                .findFirst();
    }

    /** The number of the next. */
    public synchronized int next() {
        return last + 1;
    }

    /** What a generation was read from. */
    public synchronized Composition composition(int number) throws IOException {
        Composition kept = unwritten.get(number);
        if (kept != null) {
            return kept;
        }
        try {
            return GenerationText.body(lines(file(number))[1]);
        } catch (WireException e) {
            throw new IOException(file(number) + " makes no sense: " + e.getMessage(), e);
        }
    }

    /**
     * Takes one in, as the newest.
     *
     * @param most how many are kept
     */
    public synchronized void add(Generation generation, Composition composition, int most) {
        last = generation.number();
        known.put(last, generation);
        try {
            write(generation, GenerationText.body(composition));
        } catch (IOException e) {
            unwritten.put(last, composition);
            notKept(e);
        }
        while (known.size() > most) {
            forget(known.firstKey());
        }
    }

    /** Nothing is to be watched any more. */
    public synchronized void settle(int number) {
        Generation generation = known.get(number);
        if (generation == null || generation.watch().isEmpty()) {
            return;
        }
        known.put(number, generation.settled());
        if (unwritten.containsKey(number)) {
            return;
        }
        try {
            write(generation.settled(), lines(file(number))[1]);
        } catch (IOException e) {
            notKept(e);
        }
    }

    private void write(Generation generation, byte[] body) throws IOException {
        claim();
        Path next = directory.resolve(UNFINISHED);
        Files.deleteIfExists(next);
        try (FileChannel out =
                FileChannel.open(next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNERS)) {
            write(out, GenerationText.head(generation));
            Checkpoint.GENERATION_HALF_WRITTEN.reached();
            write(out, body);
            out.force(true);
        }
        Files.move(next, file(generation.number()), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel self = FileChannel.open(directory, StandardOpenOption.READ)) {
            self.force(true); // the name, too, is there after a power cut: fsync(2)
        }
        Checkpoint.GENERATION_WRITTEN.reached();
    }

    private static void write(FileChannel out, byte[] bytes) throws IOException {
        for (ByteBuffer buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
            out.write(buffer);
        }
    }

    private void forget(int number) {
        known.remove(number);
        unwritten.remove(number);
        try {
            Files.deleteIfExists(file(number));
        } catch (IOException e) {
            notKept(e);
        }
    }

    private void notKept(IOException e) {
        String why = e instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
        log.warn("generations of the configuration are not kept beyond the daemon's end: {}", why);
    }

    private Path file(int number) {
        return directory.resolve(number + ".generation");
    }

    /** For another one in the same process; the end of the process does as much. */
    synchronized void release() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            log.debug("lock not closed", e);
        }
    }
}
