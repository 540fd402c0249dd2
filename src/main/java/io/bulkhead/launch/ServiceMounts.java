package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.Mount;
import io.bulkhead.spec.RootView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service has mounted in its root, and how it sees that root.
 *
 * <p>Sources are taken hold of by descriptor while the host's tree is still there, and attached once it is gone: a target is
 * looked up inside the new root with no way out of it, and before there is a /proc through which one could lead elsewhere
 * (CVE-2021-30465). What lies below /dev is attached last, in the /dev that was just made.
 */
final class ServiceMounts {
    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int MOUNT_ATTR_RDONLY = 1;
    private static final int MOUNT_ATTR_NOSUID = 2;
    private static final int MOUNT_ATTR_NODEV = 4;
    private static final int MOUNT_ATTR_NOEXEC = 8;
    private static final int S_IFREG = 0100000;
    private static final long PAGE = 4096;
    private static final long LEAST_FILES = 64;
    private static final String DEV = "/dev/";

    private final SyscallProgram.Builder program;
    private final Descriptors fds;
    private final KernelFileSystems kernel;
    private final RootView view;
    private final boolean devices;
    private final Blueprint blueprint;
    private final SecretMount secrets;
    private final int firstTree;
    private final List<Held> held = new ArrayList<>();

    /** A mount that isn't attached yet. */
    private record Held(Mount mount, int fd, boolean directory) {}

    /**
     * @param firstTree where there are trees that the daemon holds, the descriptor of the root's; the sources' follow
     */
    ServiceMounts(
            SyscallProgram.Builder program,
            Descriptors fds,
            KernelFileSystems kernel,
            Blueprint blueprint,
            SecretMount secrets,
            int firstTree) {
        this.secrets = secrets;
        this.program = program;
        this.fds = fds;
        this.kernel = kernel;
        this.view = blueprint.request().spec().view();
        this.devices = blueprint.request().devicesControlled();
        this.blueprint = blueprint;
        this.firstTree = firstTree;
    }

    /** Lays a fresh or a kept layer over {@code root}, right there: only this mount namespace sees it. */
    void overlay(String root, RootView.Overlay overlay) {
        int lower = open(root);
        String layer = overlay.keep().map(Path::toString).orElse(root);
        if (overlay.keep().isEmpty()) {
            // It needs a place in this namespace, and the root's own will do: the layer comes to lie on it in a moment.
            String size = overlay.sizeBytes().isPresent()
                    ? Long.toString(overlay.sizeBytes().getAsLong())
                    : "50%";
            int memory = kernel.create("tmpfs", MOUNT_ATTR_NODEV, "mode", "755", "size", size);
            program.call(MOVE_MOUNT, "tmpfs to " + root, memory, "", Linux.AT_FDCWD, root, MOVE_MOUNT_F_EMPTY_PATH);
            close(memory);
        }
        for (String part : List.of("", "/upper", "/work")) {
            program.attempt(MKDIRAT, Linux.AT_FDCWD, layer + part, 0755); // kept ones are there already
        }
        int upper = open(layer + "/upper");
        int work = open(layer + "/work");
        // By descriptors, for Linux before 6.5 takes no path with a comma, and every one takes colons for more layers.
        List<String> options = new ArrayList<>(List.of(
                "lowerdir",
                "/proc/self/fd/" + lower,
                "upperdir",
                "/proc/self/fd/" + upper,
                "workdir",
                "/proc/self/fd/" + work));
        if (blueprint.ownUsers()) {
            options.addAll(List.of("userxattr", "")); // trusted attributes are the host's root's
        }
        int merged = kernel.create("overlay", 0, options.toArray(new String[0]));
        program.call(MOVE_MOUNT, "overlay to " + root, merged, "", Linux.AT_FDCWD, root, MOVE_MOUNT_F_EMPTY_PATH);
        close(merged);
        close(work);
        close(upper);
        close(lower);
    }

    private int open(String directory) {
        int fd = fds.next();
        int flags = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC;
        program.step("open " + directory, OPENAT, Linux.AT_FDCWD, directory, flags, 0);
        return fd;
    }

    /** Takes hold of every source; to be called while the host's tree is there. */
    void hold() {
        holdMounts();
        if (!secrets.isEmpty()) {
            held.add(new Held(SecretMount.MOUNT, secrets.make(kernel, blueprint.account()), true));
        }
    }

    private void holdMounts() {
        int tree = firstTree;
        for (Mount mount : blueprint.request().mounts()) {
            if (mount instanceof Mount.Bind bind && blueprint.holdsTrees()) {
                tree++;
                held.add(new Held(mount, tree, isDirectory(bind)));
            } else if (mount instanceof Mount.Bind bind) {
                String source = bind.source().toString();
                int recursive = bind.recursive() ? (int) KernelFileSystems.AT_RECURSIVE : 0;
                int fd = fds.next();
                program.call(OPEN_TREE, source, Linux.AT_FDCWD, source, OPEN_TREE_CLONE | recursive | Linux.O_CLOEXEC);
                set(
                        fd,
                        source,
                        bind.flags(),
                        bind.follows() ? KernelFileSystems.MS_SLAVE : KernelFileSystems.MS_PRIVATE);
                held.add(new Held(mount, fd, isDirectory(bind)));
            } else if (mount instanceof Mount.Tmpfs tmpfs) {
                List<String> options = new ArrayList<>(List.of("mode", Integer.toOctalString(tmpfs.mode()), "size"));
                if (tmpfs.sizeBytes().isPresent()) {
                    long size = tmpfs.sizeBytes().getAsLong();
                    // A file for each page, as there are without a size; empty ones would cost memory without end.
                    options.addAll(List.of(
                            Long.toString(size), "nr_inodes", Long.toString(Math.max(size / PAGE, LEAST_FILES))));
                } else {
                    options.add("50%");
                }
                // Read-only it would be of no use from the start, so that comes when it is attached.
                int fd = kernel.create("tmpfs", attributesHere(tmpfs.flags()), options.toArray(new String[0]));
                held.add(new Held(mount, fd, true));
            }
        }
    }

    /** With all that is mounted below: read-only is read-only there, too. */
    private void set(int fd, String what, Mount.Flags flags, long propagation) {
        program.step(
                "mount_setattr " + what + " " + flags,
                MOUNT_SETATTR,
                fd,
                "",
                AT_EMPTY_PATH | KernelFileSystems.AT_RECURSIVE,
                program.longs(attributesHere(flags), 0, propagation, 0),
                32);
    }

    private boolean isDirectory(Mount.Bind bind) {
        return blueprint.directories().contains(bind.source());
    }

    private int attributesHere(Mount.Flags flags) {
        return attributes(flags) | (devices ? 0 : MOUNT_ATTR_NODEV);
    }

    static int attributes(Mount.Flags flags) {
        return (flags.readonly() ? MOUNT_ATTR_RDONLY : 0)
                | (flags.nosuid() ? MOUNT_ATTR_NOSUID : 0)
                | (flags.nodev() ? MOUNT_ATTR_NODEV : 0)
                | (flags.noexec() ? MOUNT_ATTR_NOEXEC : 0);
    }

    /** Attaches all but what belongs into /dev; the working directory is the new root. */
    void attach() {
        if (view.readonly()) {
            for (String directory : List.of("proc", "sys", "dev")) {
                program.attempt(MKDIRAT, Linux.AT_FDCWD, directory, 0755);
            }
            held.forEach(this::makeTarget);
            program.step(
                    "mount_setattr / ro",
                    MOUNT_SETATTR,
                    Linux.AT_FDCWD,
                    "/",
                    KernelFileSystems.AT_RECURSIVE,
                    program.longs(MOUNT_ATTR_RDONLY, 0, 0, 0),
                    32);
        }
        for (Held one : held) {
            if (!one.mount.target().startsWith(DEV)) {
                attach(one);
            }
        }
    }

    /** Attaches what belongs into /dev. */
    void attachInDev() {
        for (Held one : held) {
            if (one.mount.target().startsWith(DEV)) {
                attach(one);
            }
        }
    }

    private void attach(Held one) {
        String target = one.mount.target();
        makeTarget(one);
        int at = fds.next();
        program.step(
                "openat2 " + target + " (in the rootfs, to mount " + source(one.mount) + ")",
                OPENAT2,
                Linux.AT_FDCWD,
                target.substring(1),
                program.longs(Linux.O_PATH | Linux.O_CLOEXEC, 0, RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT),
                24);
        program.call(
                MOVE_MOUNT,
                source(one.mount) + " to " + target,
                one.fd,
                "",
                at,
                "",
                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
        close(at);
        close(one.fd);
    }

    /** What is there already, or cannot be made, shows when it is opened. */
    private void makeTarget(Held one) {
        String target = one.mount.target();
        for (int slash = target.indexOf('/', 1); slash > 0; slash = target.indexOf('/', slash + 1)) {
            program.attempt(MKDIRAT, Linux.AT_FDCWD, target.substring(0, slash), 0755);
        }
        if (one.directory) {
            program.attempt(MKDIRAT, Linux.AT_FDCWD, target, 0755);
        } else {
            program.attempt(MKNODAT, Linux.AT_FDCWD, target, S_IFREG | 0644, 0);
        }
    }

    private static String source(Mount mount) {
        return mount instanceof Mount.Bind bind ? bind.source().toString() : "tmpfs";
    }

    private void close(int fd) {
        program.call(CLOSE, "", fd);
        fds.closed(fd);
    }
}
