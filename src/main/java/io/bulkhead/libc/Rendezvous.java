package io.bulkhead.libc;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import jnr.ffi.Pointer;

/**
 * Where a child that hasn't exec'ed waits for its parent: it says that it is there, and goes on once it is answered. The
 * thread that launched it is suspended meanwhile, so another one answers. A pair of sockets, unix(7).
 */
public final class Rendezvous implements AutoCloseable {
    /** Above all numbers that a program gives to what it is handed. */
    private static final int LEAST = 32;

    private static final int NONE = -1;
    private static final byte[] GO_ON = "\n".getBytes(StandardCharsets.US_ASCII);

    private final Linux linux;
    private final int ours;
    private int childs;

    private Rendezvous(Linux linux, int ours, int childs) {
        this.linux = linux;
        this.ours = ours;
        this.childs = childs;
    }

    static Rendezvous open(Linux linux, LibC c) throws ErrnoException {
        Pointer pair = linux.allocate(8);
        int type = 1 | Linux.O_CLOEXEC; // SOCK_STREAM
        if (c.syscall(SystemCall.SOCKETPAIR.number(), 1, type, 0, pair.address(), 0, 0) < 0) { // AF_UNIX
            throw linux.failure("socketpair");
        }
        int second = pair.getInt(4);
        try {
            return new Rendezvous(linux, pair.getInt(0), linux.duplicate(second, LEAST));
        } catch (ErrnoException e) {
            linux.close(pair.getInt(0));
            throw e;
        } finally {
            linux.close(second);
        }
    }

    /** The child's part, first half: its end of the pair becomes {@code fd}, a number below all that it is handed. */
    public static void hold(SyscallProgram.Builder program, int fd) {
        program.call(SystemCall.DUP3, "a socket to " + fd, SyscallProgram.Late.ARGUMENT, fd, Linux.O_CLOEXEC);
    }

    /**
     * The second half, once it has let go of all that isn't its own: a parent that dies meanwhile must leave nothing in it that
     * would keep this socket open, or the daemon's locks.
     *
     * @param purpose what it waits for, for errors
     */
    public static void await(SyscallProgram.Builder program, int fd, String purpose) {
        program.step("ask for " + purpose, SystemCall.WRITE, fd, "\n", 1);
        program.step("wait for " + purpose, SystemCall.READ, fd, program.longs(0), 1);
        program.call(SystemCall.CLOSE, "", fd);
    }

    /** The child's last step, where it is to become nothing: it ends. */
    public static void part(SyscallProgram.Builder program) {
        program.step("execve nothing", SystemCall.EXECVE, "", program.strings(List.of()), program.strings(List.of()));
    }

    /**
     * Runs a program that ends in {@link #part}.
     *
     * @return what it ended by: the last step's error, or that of one before
     */
    public static ErrnoException runToEnd(Linux linux, SyscallProgram program, long... late) {
        try {
            program.run(linux, NONE, late);
        } catch (ErrnoException e) {
            return e;
        }
        throw new IllegalStateException("an empty path was executed");
    }

    /** A descriptor that a child which has ended has sent; empty: it didn't come so far. */
    Optional<Integer> handedOver() throws ErrnoException {
        leave();
        return linux.passedDescriptors().receive(ours).descriptors().stream().findFirst();
    }

    /** What {@link #hold} needs. */
    public long[] late() {
        return new long[] {childs};
    }

    /** Waits until the child is there; false where there will be none. */
    public boolean awaitChild() throws ErrnoException {
        OptionalInt read = linux.read(ours, linux.allocate(1), 1, "what a child asks");
        return read.isPresent() && read.getAsInt() == 1;
    }

    /** Lets it go on. */
    public void answer() throws ErrnoException {
        linux.writeAll(ours, GO_ON, "a child that waits");
    }

    /** To be called by the thread that launched: whoever still waits for the child waits in vain. */
    public void leave() {
        if (childs != NONE) {
            linux.close(childs);
            childs = NONE;
        }
    }

    @Override
    public void close() {
        leave();
        linux.close(ours);
    }
}
