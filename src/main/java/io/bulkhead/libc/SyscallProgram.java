package io.bulkhead.libc;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A process yet to be: the system calls that the child makes between {@code clone3} and {@code execve}, with all their
 * arguments, laid out in native memory.
 *
 * <p>The child shares the JVM's memory until it execs (CLONE_VM) while the calling thread is suspended (CLONE_VFORK), so
 * nothing is copied, and the child can say in plain memory at which entry it is and what failed. Descriptors are
 * predictable: the first entry closes all from 3 up, so the next {@code open} returns 3.
 *
 * <p>May be run any number of times, by one thread at a time; {@link #kill} may be called by another meanwhile.
 *
 * <pre>
 * header:  0 address of struct clone_args    8 its size        16 address of the first entry
 *         24 address of the current entry   32 0 or -errno     40 mask of all signals
 *         48 the saved signal mask          56 pidfd
 * entry:   0 number  8 to 48 six arguments  56 bit 0: its failure is ignored; in an image, bits 1 and 2: it forks
 * </pre>
 */
public final class SyscallProgram implements AutoCloseable {
    public static final long CLONE_NEWTIME = 0x00000080L;
    public static final long CLONE_NEWNS = 0x00020000L;
    public static final long CLONE_NEWCGROUP = 0x02000000L;
    public static final long CLONE_NEWUTS = 0x04000000L;
    public static final long CLONE_NEWIPC = 0x08000000L;
    public static final long CLONE_NEWUSER = 0x10000000L;
    public static final long CLONE_NEWPID = 0x20000000L;
    public static final long CLONE_NEWNET = 0x40000000L;

    private static final long CLONE_VM = 0x100L;
    private static final long CLONE_PIDFD = 0x1000L;
    private static final int CLONE_PARENT = 0x8000;
    private static final long CLONE_VFORK = 0x4000L;
    private static final long CLONE_CLEAR_SIGHAND = 0x100000000L;
    private static final long CLONE_INTO_CGROUP = 0x200000000L;
    private static final long FOR_EVERY_CHILD = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
    private static final int SIGCHLD = 17;
    private static final int SIGKILL = 9;

    private static final int HEADER_SIZE = 64;
    private static final int CLONE_ARGS_SIZE = 88; // CLONE_ARGS_SIZE_VER2, with the cgroup field (Linux 5.7)
    static final int ENTRY_SIZE = 64;
    private static final int CURRENT = 24;
    private static final int FAILURE = 32;
    private static final int PIDFD = 56;
    /** In struct clone_args. */
    private static final int FLAGS = HEADER_SIZE;

    private static final int CGROUP = HEADER_SIZE + 80;
    private static final int NONE = -1;
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private final List<String> steps;
    private final long memory;
    private final int size;
    private final long flags;
    private final int[] late;
    private final long firstEntry;
    private boolean running;

    private SyscallProgram(List<String> steps, long memory, int size, long flags, int[] late) {
        this.size = size;
        this.steps = steps;
        this.memory = memory;
        this.flags = flags;
        this.late = late;
        this.firstEntry = memory + HEADER_SIZE + CLONE_ARGS_SIZE;
    }

    /** A program whose child gets new namespaces as {@code namespaces} (CLONE_NEW*, ored) says. */
    public static Builder builder(long namespaces) {
        return new Builder(namespaces);
    }

    /** A process that has exec'ed. The caller owns the descriptor. */
    public record Child(int pid, int pidfd) {}

    /** As {@link #run(Linux, int, long...)}, in the group of the calling thread. */
    public Child run(Linux linux) throws ErrnoException {
        return run(linux, NONE);
    }

    /**
     * Starts the process and returns once it has exec'ed; blocks as long as an entry does.
     *
     * @param cgroup the directory of the v2 group it is born in (CLONE_INTO_CGROUP, Linux 5.7); -1: that of the calling thread
     * @param values what {@link Late} arguments stand for, in their order
     * @throws ErrnoException naming the step that failed; the child is gone and reaped then
     */
    public Child run(Linux linux, int cgroup, long... values) throws ErrnoException {
        begin(cgroup, values);
        long pid = LaunchRoutine.Loaded.run(memory);
        synchronized (this) {
            running = false;
        }
        if (pid < 0) {
            throw new ErrnoException("clone3", (int) -pid);
        }
        int pidfd = MEMORY.getInt(memory + PIDFD);
        long failure = MEMORY.getLong(memory + FAILURE);
        boolean reachedExec = currentIndex() == steps.size() - 1;
        if (failure == 0 && reachedExec) {
            return new Child((int) pid, pidfd);
        }
        try {
            linux.processes().reap(pidfd);
        } finally {
            linux.close(pidfd);
        }
        if (failure == 0) {
            throw new ErrnoException(currentStep().orElse("clone3") + ": killed there", ErrnoException.EINTR);
        }
        throw new ErrnoException(currentStep().orElse("clone3"), (int) -failure);
    }

    private synchronized void begin(int cgroup, long... values) {
        if (values.length != late.length) {
            throw new IllegalArgumentException(values.length + " values for " + late.length + " late arguments");
        }
        for (int i = 0; i < values.length; i++) {
            MEMORY.putLong(firstEntry + late[i] * 8L, values[i]);
        }
        MEMORY.putLong(memory + CURRENT, 0);
        MEMORY.putLong(memory + FAILURE, 0);
        MEMORY.putInt(memory + PIDFD, NONE);
        MEMORY.putLong(memory + FLAGS, cgroup < 0 ? flags : flags | CLONE_INTO_CGROUP);
        MEMORY.putLong(memory + CGROUP, Math.max(cgroup, 0));
        running = true;
    }

    /** What the child is doing now, or was doing when it ended; empty before it runs. */
    public Optional<String> currentStep() {
        int index = currentIndex();
        return index < 0 ? Optional.empty() : Optional.of(steps.get(index));
    }

    private int currentIndex() {
        long current = MEMORY.getLong(memory + CURRENT);
        return current == 0 ? -1 : (int) ((current - firstEntry) / ENTRY_SIZE);
    }

    /** The pid of a child that runs and hasn't exec'ed yet. */
    public int childPid(Linux linux) throws ErrnoException {
        String file = "/proc/self/fdinfo/" + MEMORY.getInt(memory + PIDFD);
        for (String line : linux.readFile(file).lines().toList()) {
            if (line.startsWith("Pid:")) {
                return Integer.parseInt(line.substring(4).strip());
            }
        }
        throw new ErrnoException("read Pid: from " + file, ErrnoException.ESRCH);
    }

    /** Kills a child that hasn't exec'ed yet; where there is none, does nothing. */
    public synchronized void kill(Linux linux) {
        int pidfd = running ? MEMORY.getInt(memory + PIDFD) : NONE;
        if (pidfd < 0) {
            return;
        }
        try {
            linux.processes().signal(pidfd, SIGKILL);
        } catch (ErrnoException e) {
            // It ended in this instant, which is what was wanted.
        }
    }

    /** Every step as it would be named in an error, in order. */
    public List<String> steps() {
        return steps;
    }

    /** Wipes it first: there may be secrets in its environment. */
    @Override
    public void close() {
        MEMORY.setMemory(memory, size, (byte) 0);
        MEMORY.freeMemory(memory);
    }

    /** An argument of an entry that is an address in the program's own data. */
    public record Data(int offset) {}

    /** An argument that each run is given anew: a descriptor. */
    public enum Late {
        ARGUMENT
    }

    /** Collects entries; the order of calls is the order of execution. */
    public static final class Builder {
        private final List<String> steps = new ArrayList<>();
        private final List<Relocation> relocations = new ArrayList<>();
        private final long namespaces;
        private final List<Integer> late = new ArrayList<>();
        private long[] entries = new long[64 * (ENTRY_SIZE / 8)];
        private byte[] data = new byte[1024];
        private int dataLength;

        /** At {@code at} (in the entries, or in the data) stands the address of the data's byte {@code target}. */
        private record Relocation(boolean inData, int at, int target) {}

        private Builder(long namespaces) {
            this.namespaces = namespaces;
        }

        /**
         * Adds a system call.
         *
         * @param object what it acts on, for errors: {@code /srv/web}
         * @param arguments up to six: numbers, strings (put into the program's data as C strings), {@link Data} or
         *     {@link Late}
         */
        public Builder call(SystemCall call, String object, Object... arguments) {
            return add(object.isEmpty() ? call.toString() : call + " " + object, call, 0, arguments);
        }

        /** As {@link #call}, but the step is named {@code step} in errors. */
        public Builder step(String step, SystemCall call, Object... arguments) {
            return add(step, call, 0, arguments);
        }

        /** As {@link #call}, but the child goes on where it fails. */
        public Builder attempt(SystemCall call, Object... arguments) {
            return add(call.toString(), call, 1, arguments);
        }

        boolean makesNamespaces() {
            return namespaces != 0;
        }

        /** How many entries there are. */
        int length() {
            return steps.size();
        }

        /** As {@link #step}, for a call by its number on this architecture. */
        Builder call(int number, String step, Object... arguments) {
            return add(step, number, 0, arguments);
        }

        private Builder add(String step, SystemCall call, long flags, Object... arguments) {
            Interruption.before(this);
            return add(step, call.number(), flags, arguments);
        }

        private Builder add(String step, int number, long flags, Object... arguments) {
            int at = steps.size() * (ENTRY_SIZE / 8);
            if (at == entries.length) {
                entries = Arrays.copyOf(entries, at * 2);
            }
            entries[at] = number;
            for (int i = 0; i < arguments.length; i++) {
                entries[at + 1 + i] = argument(arguments[i], at + 1 + i);
            }
            entries[at + 7] = flags;
            steps.add(step);
            return this;
        }

        private long argument(Object argument, int at) {
            if (argument instanceof Number number) {
                return number.longValue();
            }
            if (argument instanceof Late) {
                late.add(at);
                return 0;
            }
            Data target = argument instanceof Data known ? known : string(String.valueOf(argument));
            relocations.add(new Relocation(false, at, target.offset));
            return 0;
        }

        /** Puts a C string into the data. */
        public Data string(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (byte b : bytes) {
                if (b == 0) {
                    throw new IllegalArgumentException("a NUL in \"" + text.replace("\0", "\\0") + "\"");
                }
            }
            return bytes(Arrays.copyOf(bytes, bytes.length + 1));
        }

        /** Puts 32-bit integers into the data. */
        public Data ints(int... values) {
            ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            buffer.asIntBuffer().put(values);
            return bytes(buffer.array());
        }

        /** Puts 64-bit integers into the data. */
        public Data longs(long... values) {
            ByteBuffer buffer = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
            buffer.asLongBuffer().put(values);
            return bytes(buffer.array());
        }

        /** Puts a {@code struct sock_fprog} into the data: a classic BPF program, by its length and address. seccomp(2) */
        public Data socketFilter(byte[] instructions) {
            Data program = longs(instructions.length / 8, 0);
            relocations.add(new Relocation(true, program.offset + 8, bytes(instructions).offset));
            return program;
        }

        /** Puts an array of C strings, ended by NULL, into the data: {@code argv} and {@code envp}. */
        public Data strings(List<String> texts) {
            Data array = longs(new long[texts.size() + 1]);
            for (int i = 0; i < texts.size(); i++) {
                relocations.add(new Relocation(true, array.offset + i * 8, string(texts.get(i)).offset));
            }
            return array;
        }

        private Data bytes(byte[] bytes) {
            int offset = (dataLength + 7) & ~7; // aligned for what the kernel reads as 64-bit integers
            if (offset + bytes.length > data.length) {
                data = Arrays.copyOf(data, Math.max(data.length * 2, offset + bytes.length));
            }
            System.arraycopy(bytes, 0, data, offset, bytes.length);
            dataLength = offset + bytes.length;
            return new Data(offset);
        }

        /**
         * Adds the step at which an image forks; the steps that follow are the child's.
         *
         * @param init whether the one that forks stays, as an init, until the child ends; else it leaves, and the child is its
         *     parent's
         */
        public Builder fork(boolean init) {
            return add("clone", SystemCall.CLONE, init ? 4 : 2, init ? SIGCHLD : SIGCHLD | CLONE_PARENT, 0, 0, 0, 0);
        }

        /** The steps as an executable; its last step must be an {@code execve}, too. */
        public ProgramImage image() {
            return ProgramImage.of(this);
        }

        List<String> steps() {
            return List.copyOf(steps);
        }

        /** Lays the program out; its last entry must be an {@code execve}. */
        public SyscallProgram build() {
            int entriesAt = HEADER_SIZE + CLONE_ARGS_SIZE;
            int size = entriesAt + steps.size() * ENTRY_SIZE + dataLength;
            long memory = MEMORY.allocateMemory(size, true);
            byte[] body = layOut(memory + entriesAt);
            MEMORY.putLongArray(memory, header(memory, memory + entriesAt), 0, entriesAt / 8);
            MEMORY.putByteArray(memory + entriesAt, body, 0, body.length);
            int[] lateAt = late.stream().mapToInt(Integer::intValue).toArray();
            return new SyscallProgram(List.copyOf(steps), memory, size, FOR_EVERY_CHILD | namespaces, lateAt);
        }

        /** Entries, then data, as they are to stand at {@code address}. */
        byte[] layOut(long address) {
            int dataAt = steps.size() * ENTRY_SIZE;
            ByteBuffer body = ByteBuffer.allocate(dataAt + dataLength).order(ByteOrder.LITTLE_ENDIAN);
            body.asLongBuffer().put(entries, 0, dataAt / 8);
            body.position(dataAt).put(data, 0, dataLength);
            for (Relocation r : relocations) {
                body.putLong(r.inData ? dataAt + r.at : r.at * 8, address + dataAt + r.target);
            }
            return body.array();
        }

        private long[] header(long memory, long firstEntry) {
            return new long[] {
                memory + HEADER_SIZE,
                CLONE_ARGS_SIZE,
                firstEntry,
                0,
                0,
                -1L,
                0,
                NONE,
                // struct clone_args: flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
                // set_tid_size, cgroup. No stack: the child uses none, as after vfork(2).
                0,
                memory + PIDFD,
                0,
                0,
                SIGCHLD,
                0,
                0,
                0,
                0,
                0,
                0
            };
        }
    }
}
