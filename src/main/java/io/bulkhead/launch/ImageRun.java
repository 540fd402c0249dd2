package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Epoll;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.ProgramImage;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.SyscallProgram.Late;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import jnr.ffi.Pointer;

/** An image that a launched process becomes, and what is heard from it until its command has been exec'ed. */
final class ImageRun implements AutoCloseable {
    private static final int IMAGE = 4;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    /** Above all numbers that a program gives to what it is handed. */
    private static final int LEAST = 32;

    private static final int CLOSED = -1;
    private static final int RECORDS = 256;

    private final Linux linux;
    private final String name;
    private final ProgramImage image;
    private final int file;
    private final int listening;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private int reporting;

    /** @param name as ps(1) shows it */
    ImageRun(Linux linux, String name, ProgramImage image) throws ErrnoException {
        this.linux = linux;
        this.name = name;
        this.image = image;
        int made = linux.memoryFiles().program(name, image.elf());
        int[] pipe = {CLOSED, CLOSED};
        try {
            this.file = linux.duplicate(made, LEAST);
            pipe = linux.pipes().pipe();
            this.reporting = linux.duplicate(pipe[1], LEAST);
            this.listening = pipe[0];
        } finally {
            linux.close(made);
            linux.close(pipe[1]);
        }
    }

    /** The first step of every image: what it reports by is not for the command. */
    static void begin(SyscallProgram.Builder image) {
        image.call(FCNTL, "F_SETFD", ProgramImage.REPORT, F_SETFD, FD_CLOEXEC);
    }

    /** In the program of the process that is to become an image, as late arguments: what it needs, from 3 up. */
    static void hold(SyscallProgram.Builder program, Descriptors fds) {
        program.call(DUP3, "a pipe to 3", Late.ARGUMENT, ProgramImage.REPORT, 0);
        program.call(DUP3, "an image to 4", Late.ARGUMENT, IMAGE, Linux.O_CLOEXEC);
        fds.next();
        fds.next();
    }

    /** What {@link #hold} needs. */
    long[] late() {
        return new long[] {reporting, file};
    }

    /** The last step of that program. */
    static void become(SyscallProgram.Builder program, String name) {
        program.call(
                EXECVEAT,
                name,
                IMAGE,
                "",
                program.strings(List.of(name)),
                program.strings(List.of()),
                Linux.AT_EMPTY_PATH);
    }

    /**
     * Waits until the command has been exec'ed.
     *
     * @param begun as {@link System#nanoTime}
     * @return the pid of the process that the image forked, as that saw it
     * @throws ErrnoException naming the step that failed; what there is of processes is the caller's to end
     */
    int awaitCommand(long begun, Duration timeout) throws ErrnoException, LaunchException {
        boolean whole = read(begun + timeout.toNanos());
        ProgramImage.Report report = image.report(heard.toByteArray());
        if (report.failure().isPresent()) {
            throw report.failure().get();
        }
        if (!whole) {
            throw LaunchException.overdue(name, timeout);
        }
        if (report.child().isEmpty()) {
            throw new ErrnoException(name + ": killed", ErrnoException.EINTR);
        }
        return report.child().getAsInt();
    }

    /** The process that the image forked, as far as it has been heard of. */
    OptionalInt forked() {
        return image.report(heard.toByteArray()).child();
    }

    /** Reads up to the end of all that is reported, or to a point in time; says which. */
    private boolean read(long end) throws ErrnoException {
        linux.close(reporting);
        reporting = CLOSED;
        Pointer buffer = linux.allocate(RECORDS);
        try (Epoll epoll = linux.epoll()) {
            epoll.add(listening, 0);
            while (true) {
                OptionalInt read = linux.read(listening, buffer, RECORDS, "what " + name + " reports");
                if (read.isPresent() && read.getAsInt() == 0) {
                    return true;
                }
                byte[] piece = new byte[read.orElse(0)];
                buffer.get(0, piece, 0, piece.length);
                heard.writeBytes(piece);
                long millis = (end - System.nanoTime() + 999_999) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                epoll.await((int) Math.min(millis, Integer.MAX_VALUE));
            }
        }
    }

    @Override
    public void close() {
        if (reporting != CLOSED) {
            linux.close(reporting);
        }
        linux.close(listening);
        linux.close(file);
    }
}
