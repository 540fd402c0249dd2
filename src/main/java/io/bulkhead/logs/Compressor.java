package io.bulkhead.logs;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.bulkhead.spec.LogSpec;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compresses rotated files, one at a time, on a thread of its own that is there only while there is something to do.
 *
 * <p>While it works, the file may be rotated further, so at the end it is found again by its inode.
 */
final class Compressor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Compressor.class);
    private static final int BUFFER = 1 << 16;

    private final ThreadPoolExecutor thread;
    private volatile boolean closed;

    Compressor() {
        this.thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "log-compress");
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Compresses what {@code backups} has that isn't, soon. */
    void submit(Backups backups, LogSpec.Compression how) {
        thread.execute(() -> {
            try {
                for (Path file : backups.plain()) {
                    if (!closed) {
                        compress(file, backups, how);
                    }
                }
            } catch (IOException e) {
                log.warn("rotated logs stay as they are: {}", e.toString());
            }
        });
    }

    private void compress(Path file, Backups backups, LogSpec.Compression how) throws IOException {
        String suffix = how == LogSpec.Compression.ZSTD ? LogFiles.ZSTD : LogFiles.GZIP;
        String numbered = file.getFileName().toString();
        Path temporary = file.resolveSibling(numbered.substring(0, numbered.lastIndexOf('.')) + suffix + ".tmp");
        Files.deleteIfExists(temporary);
        try {
            long inode = Backups.inode(file, LinkOption.NOFOLLOW_LINKS);
            // Open to the end: until then the inode can't be another file's.
            try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                // Names only ever pass on to newer files: the same before and after means that it is the one opened.
                if (Backups.inode(file, LinkOption.NOFOLLOW_LINKS) == inode) {
                    write(in, temporary, how);
                    putInPlace(temporary, inode, backups, suffix);
                }
            }
        } catch (NoSuchFileException e) {
            log.debug("rotated on, whoever did that has asked for another look: {}", e.getMessage());
        }
    }

    private static void putInPlace(Path temporary, long inode, Backups backups, String suffix) throws IOException {
        synchronized (backups) {
            for (Path now : backups.plain()) {
                if (Backups.inode(now, LinkOption.NOFOLLOW_LINKS) == inode) {
                    Files.move(temporary, now.resolveSibling(now.getFileName() + suffix));
                    Files.delete(now);
                    return;
                }
            }
        }
        Files.deleteIfExists(temporary); // it was the oldest, and is gone
    }

    private void write(FileChannel in, Path temporary, LogSpec.Compression how) throws IOException {
        try (FileChannel to = FileChannel.open(
                        temporary,
                        Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
                InputStream bytes = Channels.newInputStream(in)) {
            // It must be on the disk, all of it, before the plain one is deleted.
            OutputStream out = stream(new Unclosed(Channels.newOutputStream(to)), how);
            copy(bytes, out);
            out.close();
            to.force(false);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    private void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (closed) {
                throw new IOException("the daemon ends");
            }
            out.write(buffer, 0, n);
        }
    }

    private static OutputStream stream(OutputStream to, LogSpec.Compression how) throws IOException {
        return how == LogSpec.Compression.ZSTD ? new ZstdOutputStream(to) : new GZIPOutputStream(to, BUFFER);
    }

    /** Writes the end of what is compressed when it is closed, and leaves the file open. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream to) {
            super(to);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdown();
    }
}
