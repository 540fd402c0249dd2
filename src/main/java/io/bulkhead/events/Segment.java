package io.bulkhead.events;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * A file of consecutive events, a line each, named by the number of its first, so that the number of every line is known
 * without a look into it. Not thread-safe.
 */
final class Segment implements AutoCloseable {
    private final FileChannel file;
    private long next;
    private long length;

    private Segment(FileChannel file, long next, long length) {
        this.file = file;
        this.next = next;
        this.length = length;
    }

    /** Every segment in a directory, by the number of its first event. */
    static NavigableSet<Long> list(Path directory) throws IOException {
        NavigableSet<Long> found = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.length() <= 18 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    found.add(Long.parseLong(name));
                }
            }
        } catch (NoSuchFileException e) {
            return found;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    static FileChannel read(Path directory, long first) throws IOException {
        return FileChannel.open(
                directory.resolve(Long.toString(first)), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes a segment, or goes on with one that is there; a last line that was cut off is dropped. */
    static Segment open(Path directory, long first) throws IOException {
        FileChannel file = FileChannel.open(
                directory.resolve(Long.toString(first)),
                java.util.Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
        long lines = 0;
        long end = 0;
        for (long at = 0; file.read(buffer, at) > 0; at += buffer.capacity()) {
            // A short read is the end of a file that nobody else writes.
            for (int i = 0; i < buffer.position(); i++) {
                if (buffer.get(i) == '\n') {
                    lines++;
                    end = at + i + 1;
                }
            }
            buffer.clear();
        }
        file.truncate(end);
        return new Segment(file, first + lines, end);
    }

    /** The number of the next event. */
    long next() {
        return next;
    }

    long length() {
        return length;
    }

    /** All of the lines, or none. */
    void append(byte[] bytes, int lines) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer, length + buffer.position());
            }
        } catch (IOException e) {
            file.truncate(length);
            throw e;
        }
        length += bytes.length;
        next += lines;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
