package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.spec.LogSpec;
import java.io.IOException;
import java.nio.file.LinkOption;

/** A log file as a target: the direct way, by which bytes never leave the kernel, and the one by which lines are changed. */
final class FileTarget implements LogTarget {
    /** A line that goes on this far beyond the file's bound is cut by a rotation. */
    private static final int ENDLESS = 64 << 10;
    /** What one stream may move before others have their turn: as much as its pipe holds. */
    static final long TURN = 1 << 20;

    private final LogFile file;
    private final Compressor compressor;
    private LineFormat format;
    private boolean splices = true;

    FileTarget(LogFile file, LineFormat format, Compressor compressor) {
        this.file = file;
        this.format = format;
        this.compressor = compressor;
    }

    LogFile file() {
        return file;
    }

    void change(LogSpec.Rotation rotation, LineFormat next) {
        file.rotation(rotation);
        format = next;
    }

    /** Whether bytes can go straight from the pipe to the file. */
    boolean isDirect() {
        return format.isRaw() && splices;
    }

    /**
     * Moves what a pipe holds into the file.
     *
     * @param most so many bytes at most, up to {@link #TURN}
     * @return whether there may be more
     */
    boolean move(LogStream stream, Scratch scratch, long most) throws ErrnoException {
        for (long moved = 0; moved < most; ) {
            long now = System.currentTimeMillis();
            long size = file.size();
            long room = Math.min(most - moved, file.room(size, now));
            if (room == 0 && mayRotate(size)) {
                rotate(now);
                continue;
            }
            file.mark(now, size);
            long count = room > 0 ? room : Math.min(most - moved, restOfLine(stream, scratch));
            long n = count == 0 ? 0 : splice(stream, count);
            if (n < count || n == 0) {
                return false;
            }
            moved += n;
        }
        return true;
    }

    private boolean mayRotate(long size) throws ErrnoException {
        return file.endsLine(size) || size >= file.bound() + ENDLESS;
    }

    private void rotate(long now) {
        if (file.rotate(now) && file.compression() != LogSpec.Compression.NONE) {
            compressor.submit(file.backups(), file.compression());
        }
    }

    /** How much of what is in the pipe belongs to the line that the file ends in. */
    private static long restOfLine(LogStream stream, Scratch scratch) throws ErrnoException {
        int seen = stream.peek(scratch);
        scratch.memory().get(0, scratch.input(), 0, seen);
        int end = Text.lineEnd(scratch.input(), 0, seen);
        return end < 0 ? seen : end + 1;
    }

    private long splice(LogStream stream, long count) throws ErrnoException {
        try {
            return stream.moveTo(file.fd(), count, file.path());
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EINVAL) {
                throw e;
            }
            splices = false; // a file system, or a device, that can't
            return 0;
        }
    }

    @Override
    public Object device() {
        return file.device();
    }

    @Override
    public int deliver(LogStream stream, Spool spool, Scratch scratch, int count, boolean last) throws ErrnoException {
        long now = System.currentTimeMillis();
        long size = file.size();
        boolean goesOn = spool.isBegun();
        if (!goesOn && file.room(size, now) == 0 && mayRotate(size)) {
            rotate(now);
            size = file.size();
        }
        Spool.Begun begun = goesOn ? spool.begun() : new Spool.Begun(now, file.inode(), size, format.number());
        long done = goesOn ? done(begun, size) : 0;
        Text out = scratch.output();
        out.clear();
        if (!format.isRaw() && !file.endsLine(begun.size())) {
            out.add('\n'); // what is there came before lines were changed
        }
        int taken =
                format.write(out, scratch.input(), count, begun.millis(), stream.name(), file.room(size, now), last);
        if (taken == 0) {
            return 0;
        }
        if (done >= out.size()) {
            Spool.Begun rest =
                    new Spool.Begun(begun.millis(), begun.inode(), begun.size() + out.size(), begun.layout());
            if (done > out.size()) {
                spool.advance(taken, rest);
                return taken;
            }
        } else {
            spool.begin(begun);
            file.mark(now, size);
            file.append(scratch.outgoing(), (int) done, out.size());
        }
        spool.done(taken);
        return taken;
    }

    /** How much of a delivery that was broken off is in the file. */
    private long done(Spool.Begun begun, long size) throws ErrnoException {
        if (begun.inode() == file.inode()) {
            if (begun.layout() == format.number()) {
                return Math.max(0, size - begun.size());
            }
            // It would not be the same text again.
            file.cut(Math.min(size, begun.size()));
            return 0;
        }
        try {
            // Rotated, by another hand: in the middle of a delivery nobody here does that.
            for (LogFiles.Part part : LogFiles.all(file.path())) {
                if (Backups.inode(part.path(), LinkOption.NOFOLLOW_LINKS) == begun.inode()) {
                    return Math.max(0, java.nio.file.Files.size(part.path()) - begun.size()) + size;
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }

    @Override
    public void tell(String line, Scratch scratch) throws ErrnoException {
        long now = System.currentTimeMillis();
        long size = file.size();
        Text out = scratch.output();
        out.clear();
        if (!file.endsLine(size)) {
            out.add('\n');
        }
        byte[] bytes = line.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        format.line(out, format.prefix(now, LineFormat.OWN), bytes, 0, bytes.length);
        out.add('\n');
        // Room for this line alone would soon be full of such lines.
        file.reserve(size, Scratch.SIZE + out.size());
        try {
            file.append(scratch.outgoing(), 0, out.size());
        } catch (ErrnoException e) {
            file.cut(size);
            throw e;
        }
    }

    @Override
    public void takeBack(Spool spool) throws ErrnoException {
        if (spool.isBegun() && spool.begun().inode() == file.inode()) {
            file.cut(Math.min(file.size(), spool.begun().size()));
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    @Override
    public void close() {
        file.close();
    }
}
