package io.bulkhead.daemon;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's log once more, as a file that {@code maintail} reads, with one predecessor. Where it can't be written there is
 * still standard error, which has it all.
 */
final class OwnLog extends AppenderBase<ILoggingEvent> {
    static final OwnLog INSTANCE = new OwnLog();

    private static final long MAX_BYTES = 10 << 20;
    /** Lines from before it is known where they are to go. */
    private static final int MAX_EARLY = 1_000;

    private final PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    private final List<byte[]> early = new ArrayList<>();
    private @Nullable FileChannel file;
    private @Nullable Path path;

    @Override
    public void setContext(Context context) {
        super.setContext(context);
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %msg%n%rEx");
    }

    @Override
    public void start() {
        encoder.start();
        super.start();
    }

    /** From now on, and what was said so far. */
    synchronized void open(Path target) {
        path = target;
        reopen();
        early.forEach(this::write);
        early.clear();
    }

    /** For a file that somebody has moved away. */
    synchronized void reopen() {
        try {
            if (file != null) {
                file.close();
            }
            file = path == null
                    ? null
                    : FileChannel.open(
                            path,
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    StandardOpenOption.APPEND,
                                    LinkOption.NOFOLLOW_LINKS),
                            java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                                    java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----")));
        } catch (IOException e) {
            addWarn("no file", e);
            file = null;
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] line = encoder.encode(event);
        if (path != null) {
            write(line);
        } else if (early.size() < MAX_EARLY) {
            early.add(line);
        }
    }

    private void write(byte[] line) {
        if (file == null || path == null) {
            return;
        }
        try {
            if (file.size() > MAX_BYTES) {
                Files.move(path, path.resolveSibling(path.getFileName() + ".1"), StandardCopyOption.ATOMIC_MOVE);
                reopen();
            }
            file.write(ByteBuffer.wrap(line));
        } catch (IOException e) {
            addWarn("a line is missing", e);
        }
    }
}
