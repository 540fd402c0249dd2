package io.bulkhead.logs;

import io.bulkhead.logs.LogFiles.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One of the files of a stream, being read. While it is open its inode can't be another file's. Not thread-safe. */
final class OpenLog implements AutoCloseable {
    private final Part part;
    private final FileChannel file;
    private final long inode;
    private final TimeIndex times;
    private final long modified;
    /** Where it is compressed: what is in it. */
    private @Nullable InputStream unpacked;

    private long offset;

    /** @throws NoSuchFileException also where it was renamed meanwhile */
    OpenLog(Part part) throws IOException {
        this.part = part;
        this.inode = inode(part);
        this.modified = Files.getLastModifiedTime(part.path(), LinkOption.NOFOLLOW_LINKS)
                .toMillis();
        this.times = TimeIndex.read(part.times());
        this.file = FileChannel.open(part.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            rewind();
            if (inode(part) != inode) {
                throw new NoSuchFileException(part.path().toString());
            }
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void rewind() throws IOException {
        if (part.isCompressed()) {
            file.position(0);
            unpacked = part.unpack(Channels.newInputStream(file));
        }
        offset = 0;
    }

    private static long inode(Part part) throws IOException {
        return (Long) Files.getAttribute(part.path(), "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether {@code other} is this file, or what it was compressed to. */
    boolean is(Part other) throws IOException {
        return inode(other) == inode
                || (other.isCompressed() && TimeIndex.read(other.times()).inode() == inode);
    }

    boolean isCompressed() {
        return unpacked != null;
    }

    /** How many bytes it has now, as they are in the file. */
    long length() throws IOException {
        return file.size();
    }

    /** Whether there is more in a file that isn't compressed. */
    boolean hasMore() throws IOException {
        return unpacked == null && offset < file.size();
    }

    long offset() {
        return offset;
    }

    void skipTo(long target) throws IOException {
        if (unpacked == null) {
            offset = target;
            return;
        }
        if (target < offset) {
            rewind();
        }
        unpacked.skipNBytes(target - offset);
        offset = target;
    }

    /** Zero or less where there is nothing now. {@code buffer} has an array. */
    int read(ByteBuffer buffer) throws IOException {
        int count;
        if (unpacked != null) {
            int position = buffer.position();
            count = unpacked.read(buffer.array(), buffer.arrayOffset() + position, buffer.remaining());
            buffer.position(position + Math.max(0, count));
        } else {
            count = file.read(buffer, offset);
            if (count < 0 && file.size() < offset) {
                offset = 0; // emptied
                count = file.read(buffer, offset);
            }
        }
        offset += Math.max(0, count);
        return count;
    }

    /** When the byte at {@code place} was written, milliseconds of the epoch, as well as that is known. */
    long millisAt(long place) {
        return times.millisAt(place, modified);
    }

    /** Whether all of it was written before {@code millis}. */
    boolean isOlderThan(long millis) {
        return modified < millis - TimeIndex.INTERVAL_MILLIS;
    }

    /** Whether some of it is known to have been written before {@code millis}. */
    boolean beganBefore(long millis) {
        return times.size() > 0 && times.millis(0) < millis;
    }

    long offsetSince(Instant time) {
        return times.offsetSince(time, 0);
    }

    @Override
    public void close() throws IOException {
        if (unpacked != null) {
            unpacked.close();
        }
        file.close();
    }
}
