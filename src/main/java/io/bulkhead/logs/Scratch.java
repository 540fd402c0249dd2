package io.bulkhead.logs;

import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import jnr.ffi.Pointer;

/** A pump thread's buffers. */
final class Scratch implements AutoCloseable {
    static final int SIZE = 64 << 10;

    private final Linux linux;
    private final Pointer memory;
    private final int[] pipe;
    private final byte[] input = new byte[SIZE];
    private final Text output = new Text(2 * SIZE);
    private Pointer outgoing;
    private int outgoingSize;

    Scratch(Linux linux) throws ErrnoException {
        this.linux = linux;
        this.memory = linux.allocate(SIZE);
        this.pipe = linux.pipes().pipe();
        this.outgoingSize = 2 * SIZE;
        this.outgoing = linux.allocate(outgoingSize);
    }

    /** {@link #SIZE} bytes of native memory. */
    Pointer memory() {
        return memory;
    }

    int pipeIn() {
        return pipe[1];
    }

    int pipeOut() {
        return pipe[0];
    }

    /** {@link #SIZE} bytes. */
    byte[] input() {
        return input;
    }

    Text output() {
        return output;
    }

    /** The output's bytes as a system call can take them. */
    Pointer outgoing() {
        if (output.size() > outgoingSize) {
            outgoingSize = output.size();
            outgoing = linux.allocate(outgoingSize);
        }
        outgoing.put(0, output.bytes(), 0, output.size());
        return outgoing;
    }

    @Override
    public void close() {
        linux.close(pipe[0]);
        linux.close(pipe[1]);
    }
}
