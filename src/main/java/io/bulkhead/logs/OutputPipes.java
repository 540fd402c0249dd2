package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import java.util.Optional;
import java.util.OptionalInt;

/** The pipes of a service's output, for one launch: open at least until this is closed. */
public final class OutputPipes implements AutoCloseable {
    private final Optional<LogPipe> stdout;
    private final Optional<LogPipe> stderr;

    OutputPipes(LogPipes pipes, StreamNames names) throws ErrnoException {
        for (String stream : names.all()) {
            if (!pipes.names().contains(stream)) {
                throw new ErrnoException("open " + stream, ErrnoException.ENOENT);
            }
        }
        this.stdout = names.stdout().flatMap(pipes::use);
        this.stderr = names.stderr().flatMap(pipes::use);
    }

    /** The descriptor; empty: standard output goes nowhere. */
    public OptionalInt stdout() {
        return fd(stdout);
    }

    /** Likewise; the same as {@link #stdout} where they go together. */
    public OptionalInt stderr() {
        return fd(stderr);
    }

    private static OptionalInt fd(Optional<LogPipe> pipe) {
        return pipe.map(LogPipe::fd).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    @Override
    public void close() {
        stdout.ifPresent(LogPipe::close);
        stderr.ifPresent(LogPipe::close);
    }
}
