package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.NetworkNamespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * {@code /proc}, {@code /sys} and {@code /dev} of a contained process, made inside its new root.
 *
 * <p>Every mount goes to a descriptor, never to a path that could change under it: targets in the rootfs are opened without
 * following any symbolic link, so a {@code /proc} that is a link is refused (CVE-2019-16884, CVE-2019-19921), and what is
 * masked is reached from the new mount itself, with the device node made a moment ago in a file system nobody else has
 * (CVE-2025-31133, CVE-2025-52565).
 */
final class KernelFileSystems {
    static final long MS_RDONLY = 1;
    static final long MS_NOSUID = 2;
    static final long MS_NODEV = 4;
    static final long MS_NOEXEC = 8;
    static final long MS_REMOUNT = 32;
    static final long MS_BIND = 4096;
    static final long MS_MOVE = 8192;
    static final long MS_REC = 16384;
    static final long MS_PRIVATE = 1 << 18;
    static final long MS_SLAVE = 1 << 19;
    static final long MNT_DETACH = 2;
    static final long AT_RECURSIVE = 0x8000;

    private static final int ATTR_RDONLY = 1;
    private static final int ATTR_NOSUID = 2;
    private static final int ATTR_NODEV = 4;
    private static final int ATTR_NOEXEC = 8;
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_CMD_CREATE = 6;
    static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final int TTY = 5;
    private static final int S_IFREG = 0100000;
    private static final int S_IFCHR = 0020000;

    /** Character devices: name, major, minor. */
    private record Device(String name, int major, int minor) {}

    private static final List<Device> DEVICES = List.of(
            new Device("null", 1, 3),
            new Device("zero", 1, 5),
            new Device("full", 1, 7),
            new Device("random", 1, 8),
            new Device("urandom", 1, 9),
            new Device("tty", 5, 0));

    private final SyscallProgram.Builder program;
    private final Descriptors fds;
    private final Blueprint blueprint;
    private final HostFacts host;
    /** Of the host's devices, by name, where none can be made. */
    private final Map<String, Integer> nodes = new HashMap<>();

    private int proc;
    private int sys;

    KernelFileSystems(SyscallProgram.Builder program, Descriptors fds, Blueprint blueprint) {
        this.program = program;
        this.fds = fds;
        this.blueprint = blueprint;
        this.host = blueprint.host();
    }

    /**
     * Makes what may only be made, in a user namespace, while the host's own is to be seen; to be called before the host's tree
     * is gone.
     */
    void hold() {
        proc = create("proc", ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC);
        int attributes = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
        sys = sharesSys() ? tree("/sys", attributes) : create("sysfs", attributes);
        if (blueprint.ownUsers()) {
            DEVICES.forEach(device -> nodes.put(device.name, node(device.name)));
            blueprint.devices().forEach(device -> nodes.computeIfAbsent(device.name(), this::node));
        }
    }

    /** A new sysfs shows a network, so it can be made by those alone whose users own that. */
    private boolean sharesSys() {
        return blueprint.ownUsers()
                && !(blueprint.request().spec().namespaces().net() instanceof NetworkNamespace.Private);
    }

    private int tree(String path, int attributes) {
        int fd = fds.next();
        int flags = OPEN_TREE_CLONE | (int) AT_RECURSIVE | Linux.O_CLOEXEC;
        program.call(OPEN_TREE, path, Linux.AT_FDCWD, path, flags);
        program.step(
                "mount_setattr " + path,
                MOUNT_SETATTR,
                fd,
                "",
                AT_EMPTY_PATH | AT_RECURSIVE,
                program.longs(attributes, 0, MS_PRIVATE, 0),
                32);
        return fd;
    }

    private int node(String name) {
        int fd = fds.next();
        program.call(OPEN_TREE, "/dev/" + name, Linux.AT_FDCWD, "/dev/" + name, OPEN_TREE_CLONE | Linux.O_CLOEXEC);
        return fd;
    }

    /**
     * Attaches it, and makes the rest; leaves the working directory at {@code /}.
     *
     * @param devpts one that there is already
     */
    void mountAll(OptionalInt devpts) {
        attach(proc, "/proc");
        attach(sys, "/sys");
        int dev = create("tmpfs", ATTR_NOSUID | ATTR_NOEXEC, "mode", "755", "size", "65536k");
        attach(dev, "/dev");
        populateDev(dev, devpts);
        blueprint.devices().forEach(node -> make(node, dev));
        mask(proc, sys, dev);
        protect(proc);
    }

    private void populateDev(int dev, OptionalInt devpts) {
        for (Device device : DEVICES) {
            int number = device.major << 8 | device.minor;
            if (nodes.containsKey(device.name)) {
                borrow(device.name, dev);
                continue;
            }
            program.call(MKNODAT, "/dev/" + device.name, dev, device.name, S_IFCHR | 0666, number);
        }
        link("/proc/self/fd", dev, "fd");
        link("/proc/self/fd/0", dev, "stdin");
        link("/proc/self/fd/1", dev, "stdout");
        link("/proc/self/fd/2", dev, "stderr");
        link("pts/ptmx", dev, "ptmx");
        // Group 5 is tty wherever there is one; devpts wants a number. grantpt(3)
        List<String> options = new ArrayList<>(List.of("ptmxmode", "0666", "mode", "0620"));
        if (blueprint.request().spec().namespaces().user().stream()
                .allMatch(user -> user.hostGid(TTY).isPresent())) {
            options.addAll(List.of("gid", Integer.toString(TTY)));
        }
        int pts = devpts.isPresent()
                ? devpts.getAsInt()
                : create("devpts", ATTR_NOSUID | ATTR_NOEXEC, options.toArray(new String[0]));
        attachIn(pts, dev, "pts", 0755);
        close(pts);
        int shm = create("tmpfs", ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC, "mode", "1777", "size", "65536k");
        attachIn(shm, dev, "shm", 01777);
        close(shm);
    }

    private void make(DeviceNode node, int dev) {
        if (DEVICES.stream().anyMatch(device -> device.name.equals(node.name()))) {
            return;
        }
        for (String directory : node.directories()) {
            program.attempt(MKDIRAT, dev, directory, 0755); // another node may have needed it; the next call tells
        }
        if (nodes.containsKey(node.name())) {
            borrow(node.name(), dev);
            return;
        }
        String path = "/dev/" + node.name();
        program.call(MKNODAT, path, dev, node.name(), node.mode(), node.number());
        program.call(FCHOWNAT, path, dev, node.name(), node.uid(), node.gid(), 0);
    }

    /** Puts the host's node there. */
    private void borrow(String name, int dev) {
        int fd = nodes.getOrDefault(name, -1);
        program.call(MKNODAT, "/dev/" + name, dev, name, S_IFREG | 0666, 0);
        program.call(MOVE_MOUNT, "/dev/" + name, fd, "", dev, name, MOVE_MOUNT_F_EMPTY_PATH);
        close(fd);
    }

    private void link(String target, int dev, String name) {
        program.call(SYMLINKAT, "/dev/" + name, target, dev, name);
    }

    private void mask(int proc, int sys, int dev) {
        for (String file : host.maskedFiles()) {
            int clone = fds.next();
            program.call(OPEN_TREE, "/dev/null", dev, "null", OPEN_TREE_CLONE | Linux.O_CLOEXEC);
            program.call(MOVE_MOUNT, "/dev/null to /proc/" + file, clone, "", proc, file, MOVE_MOUNT_F_EMPTY_PATH);
            close(clone);
        }
        int empty = -1;
        List<HostFacts.Directory> directories = new ArrayList<>(host.maskedDirectories());
        if (sharesSys()) {
            directories.add(new HostFacts.Directory(true, "fs/cgroup"));
        }
        for (HostFacts.Directory directory : directories) {
            int mount;
            if (empty < 0) {
                mount = create(
                        "tmpfs", ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC, "size", "0", "nr_inodes", "1");
                empty = mount;
            } else {
                mount = fds.next();
                program.call(
                        OPEN_TREE, "an empty directory", empty, "", OPEN_TREE_CLONE | Linux.O_CLOEXEC | AT_EMPTY_PATH);
            }
            int parent = directory.inSys() ? sys : proc;
            program.call(
                    MOVE_MOUNT, directory.toString(), mount, "", parent, directory.name(), MOVE_MOUNT_F_EMPTY_PATH);
            if (mount != empty) {
                close(mount);
            }
        }
    }

    private void protect(int proc) {
        program.call(FCHDIR, "/proc", proc);
        for (String path : host.readOnlyPaths()) {
            program.call(MOUNT, "/proc/" + path, path, path, 0, MS_BIND | MS_REC, 0);
            program.call(
                    MOUNT,
                    "/proc/" + path + " read-only",
                    0,
                    path,
                    0,
                    MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                    0);
        }
        program.call(CHDIR, "/", "/");
    }

    /** A new, detached mount; options come in pairs, a flag's with an empty value. */
    int create(String type, int attributes, String... options) {
        return mount(type, attributes, context(type, options));
    }

    /** A tmpfs that is never swapped out, where the kernel can promise that: Linux 6.4, and not to own users. */
    int createUnswapped(int attributes, String... options) {
        int context = context("tmpfs", options);
        program.attempt(FSCONFIG, context, FSCONFIG_SET_FLAG, "noswap", 0, 0);
        return mount("tmpfs", attributes, context);
    }

    private int context(String type, String... options) {
        int context = fds.next();
        program.call(FSOPEN, type, type, FSOPEN_CLOEXEC);
        for (int i = 0; i < options.length; i += 2) {
            if (options[i + 1].isEmpty()) {
                program.call(FSCONFIG, type + " " + options[i], context, FSCONFIG_SET_FLAG, options[i], 0, 0);
                continue;
            }
            String option = type + " " + options[i] + "=" + options[i + 1];
            program.call(FSCONFIG, option, context, FSCONFIG_SET_STRING, options[i], options[i + 1], 0);
        }
        return context;
    }

    private int mount(String type, int attributes, int context) {
        program.call(FSCONFIG, type, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        int mount = fds.next();
        program.call(FSMOUNT, type, context, FSMOUNT_CLOEXEC, attributes);
        close(context);
        return mount;
    }

    /** Attaches a mount at a directory of the root, which is made where it's missing and may not be a link. */
    private void attach(int mount, String path) {
        String name = path.substring(1);
        program.attempt(MKDIRAT, Linux.AT_FDCWD, name, 0755); // there already, or a read-only root: the next call tells
        int target = fds.next();
        long flags = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC;
        program.step(
                "openat2 " + path + " (a directory in the rootfs, no symbolic link)",
                OPENAT2,
                Linux.AT_FDCWD,
                name,
                program.longs(flags, 0, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH),
                24);
        program.call(MOVE_MOUNT, path, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
        close(target);
    }

    private void attachIn(int mount, int dev, String name, int mode) {
        program.call(MKDIRAT, "/dev/" + name, dev, name, mode);
        program.call(MOVE_MOUNT, "/dev/" + name, mount, "", dev, name, MOVE_MOUNT_F_EMPTY_PATH);
    }

    private void close(int fd) {
        program.call(CLOSE, "", fd);
        fds.closed(fd);
    }
}
