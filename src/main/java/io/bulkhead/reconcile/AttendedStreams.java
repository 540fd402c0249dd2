package io.bulkhead.reconcile;

import io.bulkhead.launch.Streams;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Terminals;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A command's standard streams, and the other ends of them. Pipes of its own and a terminal of its own are all that a command
 * gets: were it handed the streams of whoever attends it, it could open them again, and write into his terminal or his files.
 */
final class AttendedStreams implements AutoCloseable {
    private static final int CLOSED = -1;

    private final Linux linux;
    private final int[] inner = {CLOSED, CLOSED, CLOSED};
    private final List<Integer> outer = new ArrayList<>();
    private final boolean terminal;
    private int devpts = CLOSED;

    private AttendedStreams(Linux linux, boolean terminal) {
        this.linux = linux;
        this.terminal = terminal;
    }

    /** @param input whether there is any; if not, it has ended */
    static AttendedStreams pipes(Linux linux, boolean input) throws ErrnoException {
        AttendedStreams streams = new AttendedStreams(linux, false);
        try {
            for (int number = 0; number < 3; number++) {
                streams.pipe(number);
            }
        } catch (ErrnoException e) {
            streams.close();
            throw e;
        }
        if (!input) {
            linux.close(streams.outer.remove(0));
        }
        return streams;
    }

    private void pipe(int number) throws ErrnoException {
        int[] ends = linux.pipes().waitingPipe();
        outer.add(ends[number == 0 ? 1 : 0]);
        take(number, ends[number == 0 ? 0 : 1]);
    }

    /** All three are the slave; the pair is taken over. */
    static AttendedStreams terminal(Linux linux, Terminals.Pair pair, Attachment.Terminal size) throws ErrnoException {
        AttendedStreams streams = new AttendedStreams(linux, true);
        streams.outer.add(pair.master());
        try {
            streams.take(0, pair.slave());
            streams.inner[1] = linux.duplicate(streams.inner[0], Streams.LEAST);
            streams.inner[2] = linux.duplicate(streams.inner[0], Streams.LEAST);
            if (size.rows() > 0 && size.columns() > 0) {
                linux.terminals().resize(pair.master(), new Terminals.Size(size.rows(), size.columns()));
            }
        } catch (ErrnoException e) {
            streams.close();
            throw e;
        }
        return streams;
    }

    /** A terminal of a devpts of its own, for a command that is yet to get its {@code /dev}. */
    static AttendedStreams fresh(Linux linux, Attachment.Terminal size) throws ErrnoException {
        Terminals.Fresh fresh = linux.terminals().fresh();
        try {
            AttendedStreams streams = terminal(linux, fresh.pair(), size);
            streams.devpts = linux.duplicate(fresh.mount(), Streams.LEAST);
            return streams;
        } finally {
            linux.close(fresh.mount());
        }
    }

    /** Nothing to read, and nobody who listens. */
    static AttendedStreams none(Linux linux) throws ErrnoException {
        AttendedStreams streams = new AttendedStreams(linux, false);
        try {
            for (int number = 0; number < 3; number++) {
                streams.take(number, linux.open("/dev/null", number == 0 ? Linux.O_RDONLY : Linux.O_WRONLY));
            }
        } catch (ErrnoException e) {
            streams.close();
            throw e;
        }
        return streams;
    }

    /** No input, and what it prints goes where a service's own output does: by descriptions of its own. */
    static AttendedStreams outputs(Linux linux, OptionalInt stdout, OptionalInt stderr) throws ErrnoException {
        AttendedStreams streams = new AttendedStreams(linux, false);
        try {
            streams.take(0, linux.open("/dev/null", Linux.O_RDONLY));
            streams.take(1, anew(linux, stdout));
            streams.take(2, anew(linux, stderr));
        } catch (ErrnoException e) {
            streams.close();
            throw e;
        }
        return streams;
    }

    private static int anew(Linux linux, OptionalInt pipe) throws ErrnoException {
        return linux.open(pipe.isPresent() ? "/proc/self/fd/" + pipe.getAsInt() : "/dev/null", Linux.O_RDWR);
    }

    private void take(int number, int fd) throws ErrnoException {
        try {
            inner[number] = linux.duplicate(fd, Streams.LEAST);
        } finally {
            linux.close(fd);
        }
    }

    Streams inner() {
        return new Streams(
                inner[0],
                inner[1],
                inner[2],
                terminal,
                devpts == CLOSED ? OptionalInt.empty() : OptionalInt.of(devpts));
    }

    /** Hands the other ends to who attends, under the token that he knows and a name that he can call the session by. */
    void send(Attachment attachment, String session) throws ErrnoException {
        linux.passedDescriptors()
                .send(
                        attachment.address(),
                        attachment.token() + " " + session,
                        outer.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The terminal's other end, as long as this isn't closed. */
    int master() {
        return outer.get(0);
    }

    /** The command has them, or never will. */
    @Override
    public void close() {
        for (int i = 0; i < inner.length; i++) {
            close(inner[i]);
            inner[i] = CLOSED;
        }
        close(devpts);
        devpts = CLOSED;
        closeOuter();
    }

    /** Who attends has them, or nobody will. */
    void closeOuter() {
        outer.forEach(linux::close);
        outer.clear();
    }

    private void close(int fd) {
        if (fd != CLOSED) {
            linux.close(fd);
        }
    }
}
