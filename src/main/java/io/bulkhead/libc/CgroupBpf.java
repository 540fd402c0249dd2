package io.bulkhead.libc;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import jnr.ffi.Pointer;

/**
 * Programs that decide about devices for the processes of a cgroup v2 group. Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/bpf.2.html">bpf(2)</a>
 */
public final class CgroupBpf {
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_ATTACH = 8;
    private static final int BPF_PROG_DETACH = 9;
    private static final int BPF_PROG_GET_FD_BY_ID = 13;
    private static final int BPF_OBJ_GET_INFO_BY_FD = 15;
    private static final int BPF_PROG_QUERY = 16;
    private static final int BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private static final int BPF_CGROUP_DEVICE = 6;
    private static final int BPF_F_ALLOW_MULTI = 2;
    private static final int BPF_F_REPLACE = 4;
    /** The kernel's own bound, BPF_CGROUP_MAX_PROGS. */
    private static final int MOST_PROGRAMS = 64;

    private static final int LOAD_BYTES = 72;
    private static final int ATTACH_BYTES = 20;
    private static final int ID_BYTES = 12;
    private static final int INFO_BYTES = 16;
    private static final int QUERY_BYTES = 28;
    private static final int LOG_BYTES = 16384;

    private final Linux linux;

    public CgroupBpf(Linux linux) {
        this.linux = linux;
    }

    /**
     * A loaded program.
     *
     * @param fd holds it; close-on-exec
     * @param id the kernel's, as {@code bpftool prog} shows it
     * @param tag the same for programs of the same instructions
     */
    public record Program(int fd, int id, String tag) {}

    /**
     * Loads a program of the device type; as long as it is loaded it can be attached anywhere.
     *
     * @throws ErrnoException EINVAL or EACCES with the verifier's last words, EPERM without CAP_BPF (CAP_SYS_ADMIN before
     *     Linux 5.8) and CAP_NET_ADMIN
     */
    public Program loadDeviceProgram(long[] instructions) throws ErrnoException {
        Pointer code = linux.allocate(instructions.length * Long.BYTES);
        code.put(0, instructions, 0, instructions.length);
        Pointer license = text("GPL");
        int fd;
        try {
            fd = call(
                    BPF_PROG_LOAD, load(instructions.length, code, license, null), LOAD_BYTES, "load a device program");
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EPERM) {
                throw e;
            }
            // Only now the verifier's reasons: to have them written takes its time.
            Pointer log = linux.allocate(LOG_BYTES);
            log.putByte(0, (byte) 0);
            fd = call(
                    BPF_PROG_LOAD,
                    load(instructions.length, code, license, log),
                    LOAD_BYTES,
                    "load a device program",
                    log);
        }
        return new Program(fd, id(fd), tag(fd));
    }

    /** Forgets a program; where it is attached it stays. */
    public void unload(Program program) {
        linux.close(program.fd());
    }

    /** The ids of the device programs attached to a group itself. */
    public List<Integer> attached(String group) throws ErrnoException {
        int directory = linux.open(group, Linux.O_RDONLY | Linux.O_DIRECTORY);
        try {
            Pointer ids = linux.allocate(MOST_PROGRAMS * Integer.BYTES);
            Pointer attr = attributes(QUERY_BYTES);
            attr.putInt(0, directory);
            attr.putInt(4, BPF_CGROUP_DEVICE);
            attr.putLong(16, ids.address());
            attr.putInt(24, MOST_PROGRAMS);
            call(BPF_PROG_QUERY, attr, QUERY_BYTES, "ask for the device programs of " + group);
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < attr.getInt(24); i++) {
                found.add(ids.getInt((long) i * Integer.BYTES));
            }
            return found;
        } finally {
            linux.close(directory);
        }
    }

    /** The tags of programs, those that are gone meanwhile left out. */
    public List<String> tags(List<Integer> ids) {
        List<String> tags = new ArrayList<>();
        for (int id : ids) {
            try {
                int fd = open(id);
                try {
                    tags.add(tag(fd));
                } finally {
                    linux.close(fd);
                }
            } catch (ErrnoException e) {
                // ENOENT: gone
            }
        }
        return tags;
    }

    /**
     * Attaches a program to a group in place of others, in one step where there is one to replace, so that at no time more
     * is allowed than by the old or the new.
     *
     * @param replaced the ids of those attached to the group itself
     */
    public void attach(String group, Program program, List<Integer> replaced) throws ErrnoException {
        int directory = linux.open(group, Linux.O_RDONLY | Linux.O_DIRECTORY);
        try {
            boolean attached = replaced.contains(program.id());
            for (int id : replaced) {
                int old = id == program.id() ? -1 : open(id);
                if (old >= 0 && attached) {
                    detach(directory, old, group);
                } else if (old >= 0) {
                    attach(directory, program, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, old, group);
                    attached = true;
                }
                if (old >= 0) {
                    linux.close(old);
                }
            }
            if (!attached) {
                attach(directory, program, BPF_F_ALLOW_MULTI, 0, group);
            }
        } finally {
            linux.close(directory);
        }
    }

    /** Takes every device program off a group. */
    public void detachAll(String group) throws ErrnoException {
        int directory = linux.open(group, Linux.O_RDONLY | Linux.O_DIRECTORY);
        try {
            for (int id : attached(group)) {
                int fd = open(id);
                detach(directory, fd, group);
                linux.close(fd);
            }
        } finally {
            linux.close(directory);
        }
    }

    private void attach(int directory, Program program, int flags, int old, String group) throws ErrnoException {
        Pointer attr = attributes(ATTACH_BYTES);
        attr.putInt(0, directory);
        attr.putInt(4, program.fd());
        attr.putInt(8, BPF_CGROUP_DEVICE);
        attr.putInt(12, flags);
        attr.putInt(16, old);
        call(BPF_PROG_ATTACH, attr, ATTACH_BYTES, "attach device program " + program.id() + " to " + group);
    }

    private void detach(int directory, int program, String group) throws ErrnoException {
        Pointer attr = attributes(ATTACH_BYTES);
        attr.putInt(0, directory);
        attr.putInt(4, program);
        attr.putInt(8, BPF_CGROUP_DEVICE);
        call(BPF_PROG_DETACH, attr, ATTACH_BYTES, "detach a device program from " + group);
    }

    private int open(int id) throws ErrnoException {
        Pointer attr = attributes(ID_BYTES);
        attr.putInt(0, id);
        return call(BPF_PROG_GET_FD_BY_ID, attr, ID_BYTES, "open program " + id);
    }

    private int id(int fd) throws ErrnoException {
        return info(fd).getInt(4);
    }

    private String tag(int fd) throws ErrnoException {
        byte[] tag = new byte[8];
        info(fd).get(8, tag, 0, tag.length);
        return HexFormat.of().formatHex(tag);
    }

    /** The beginning of {@code struct bpf_prog_info}: type, id, tag. */
    private Pointer info(int fd) throws ErrnoException {
        Pointer info = attributes(INFO_BYTES);
        Pointer attr = attributes(INFO_BYTES);
        attr.putInt(0, fd);
        attr.putInt(4, INFO_BYTES);
        attr.putLong(8, info.address());
        call(BPF_OBJ_GET_INFO_BY_FD, attr, INFO_BYTES, "ask what a device program is");
        return info;
    }

    private Pointer load(int count, Pointer code, Pointer license, @org.jspecify.annotations.Nullable Pointer log) {
        Pointer attr = attributes(LOAD_BYTES);
        attr.putInt(0, BPF_PROG_TYPE_CGROUP_DEVICE);
        attr.putInt(4, count);
        attr.putLong(8, code.address());
        attr.putLong(16, license.address());
        if (log != null) {
            attr.putInt(24, 1);
            attr.putInt(28, LOG_BYTES);
            attr.putLong(32, log.address());
        }
        byte[] name = "bulkhead_dev".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        attr.put(48, name, 0, name.length);
        return attr;
    }

    private Pointer attributes(int bytes) {
        Pointer attr = linux.allocate(bytes);
        attr.setMemory(0, bytes, (byte) 0);
        return attr;
    }

    private Pointer text(String text) {
        Pointer pointer = linux.allocate(text.length() + 1);
        pointer.putString(0, text, text.length() + 1, java.nio.charset.StandardCharsets.US_ASCII);
        return pointer;
    }

    private int call(int command, Pointer attr, int size, String what) throws ErrnoException {
        long result = linux.bpf(command, attr, size);
        if (result < 0) {
            throw linux.failure("bpf: " + what);
        }
        return (int) result;
    }

    private int call(int command, Pointer attr, int size, String what, Pointer log) throws ErrnoException {
        long result = linux.bpf(command, attr, size);
        if (result < 0) {
            ErrnoException failure = linux.failure("bpf: " + what);
            String words = log.getString(0).strip();
            throw new ErrnoException(
                    failure.operation() + (words.isEmpty() ? "" : " (" + words + ")"), failure.errno());
        }
        return (int) result;
    }
}
