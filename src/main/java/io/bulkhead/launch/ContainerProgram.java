package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.libc.Linux;
import io.bulkhead.libc.Rendezvous;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.SyscallProgram.Late;
import io.bulkhead.libc.Terminals;
import io.bulkhead.spec.ClockOffsets;
import io.bulkhead.spec.Mount;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.ServiceSpec;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What a service's process does between {@code clone3} and {@code execve}, in order: joins its groups, takes its output,
 * leaves the host's file system, gives up its powers.
 *
 * <p>Pure: makes a program from what it is given and touches nothing.
 */
final class ContainerProgram {
    /** A directory that every host has, to put a root at; what is needed of it has been taken hold of then. */
    private static final String ANYWHERE = "/dev";

    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int IFF_UP_RUNNING = 0x41;

    private final Blueprint blueprint;
    private final LaunchRequest request;
    private final ServiceSpec spec;
    private final Account account;
    private final HostFacts host;
    private final Descriptors fds = new Descriptors();
    private final SyscallProgram.Builder program;
    private final Attributes attributes;
    private final Powers powers;

    ContainerProgram(Blueprint blueprint) {
        this.blueprint = blueprint;
        this.request = blueprint.request();
        this.spec = request.spec();
        this.account = blueprint.account();
        this.host = blueprint.host();
        this.program = SyscallProgram.builder(cloneFlags(spec.namespaces()));
        this.attributes = new Attributes(program, fds, spec, host);
        this.powers = new Powers(program, host, account, spec.confinement(), blueprint.kept());
        if (blueprint.ownUsers()) {
            powers.ofOwnUsers(blueprint.privileged());
        }
    }

    /** Lays the program out. Late arguments are descriptors: of a network that it enters, its output, an init, a rendezvous, trees, secrets. */
    SyscallProgram build() {
        if (blueprint.entersNetwork()) {
            program.call(SETNS, "CLONE_NEWNET", Late.ARGUMENT, SyscallProgram.CLONE_NEWNET);
        }
        request.streams().ifPresentOrElse(streams -> Attributes.take(program, streams), this::holdOutputs);
        if (spec.init()) {
            ImageRun.hold(program, fds);
        }
        OptionalInt devpts = holdDevpts();
        OptionalInt meeting = blueprint.ownUsers() ? OptionalInt.of(fds.next()) : OptionalInt.empty();
        meeting.ifPresent(fd -> Rendezvous.hold(program, fd));
        int firstTree = blueprint.holdsTrees() ? holdTrees() : 0;
        SecretMount secrets = new SecretMount(program, fds, spec.secrets());
        if (!secrets.isEmpty()) {
            secrets.holdTexts();
        }
        program.call(CLOSE_RANGE, "", fds.lowest(), 0xffffffffL, 0);
        if (meeting.isPresent()) {
            Rendezvous.await(program, meeting.getAsInt(), "uid_map and gid_map");
            fds.closed(meeting.getAsInt());
        }
        program.call(UMASK, "", 0);
        joinGroups();
        spec.namespaces().time().ifPresent(this::setClocks);
        openStandardStreams();
        program.call(SETSID, "");
        if (request.terminal() && !spec.init()) {
            program.call(IOCTL, "TIOCSCTTY", 0, Terminals.TIOCSCTTY, 0);
        }
        if (blueprint.ownUsers()) {
            // So far it has been whoever the daemon is, and could open what that owns.
            program.call(SETRESGID, "0", 0, 0, 0).call(SETRESUID, "0", 0, 0, 0);
        } else {
            attributes.set();
        }
        if (spec.namespaces().uts()) {
            String name = spec.hostname().orElse(spec.name().value());
            program.call(SETHOSTNAME, name, name, name.length());
        }
        if (makesNetwork()) {
            bringLoopbackUp();
        }
        if (spec.namespaces().mount()) {
            KernelFileSystems kernel = new KernelFileSystems(program, fds, blueprint);
            ServiceMounts mounts = new ServiceMounts(program, fds, kernel, blueprint, secrets, firstTree);
            // Slave, not private, while the host's mounts are still here: what the host unmounts goes away here as
            // well, and nothing done here reaches it. Private would pin every mount of the host until this process
            // ends.
            program.call(MOUNT, "/ as MS_SLAVE", 0, "/", 0, KernelFileSystems.MS_REC | KernelFileSystems.MS_SLAVE, 0);
            mounts.hold();
            kernel.hold();
            switchRoot(mounts, firstTree);
            mounts.attach();
            kernel.mountAll(devpts);
            mounts.attachInDev();
        } else {
            String root = spec.rootfs().toString();
            program.call(CHROOT, root, root).call(CHDIR, "/", "/");
        }
        closeOthers();
        boolean bound = spec.confinement().noNewPrivileges();
        if (bound) {
            powers.renounce();
        } else {
            blueprint
                    .filter()
                    .ifPresent(powers::filter); // without no_new_privs it takes CAP_SYS_ADMIN, which is about to go
        }
        powers.drop();
        program.call(UMASK, "", spec.umask());
        program.call(CHDIR, spec.workdir(), spec.workdir());
        attributes.resetSignals();
        if (!spec.init()) {
            InitImage.unblockSignals(program);
        }
        if (bound) {
            blueprint.filter().ifPresent(powers::filter);
        }
        if (spec.init()) {
            ImageRun.become(program, InitImage.NAME);
        } else {
            InitImage.execute(program, blueprint.executable(), spec.command(), blueprint.environment());
        }
        return program.build();
    }

    private void holdOutputs() {
        request.outputs().stdout().ifPresent(place -> program.call(DUP3, "a pipe to 1", Late.ARGUMENT, place, 0));
        if (!request.outputs().together()) {
            request.outputs().stderr().ifPresent(place -> program.call(DUP3, "a pipe to 2", Late.ARGUMENT, place, 0));
        }
    }

    /** Late arguments, too: the root first, then what is bound. */
    private int holdTrees() {
        int first = fds.next();
        program.call(DUP3, "the root to " + first, Late.ARGUMENT, first, Linux.O_CLOEXEC);
        for (Mount mount : request.mounts()) {
            if (mount instanceof Mount.Bind bind) {
                int fd = fds.next();
                program.call(DUP3, bind.source() + " to " + fd, Late.ARGUMENT, fd, Linux.O_CLOEXEC);
            }
        }
        return first;
    }

    private OptionalInt holdDevpts() {
        OptionalInt given = request.streams().map(Streams::devpts).orElse(OptionalInt.empty());
        if (given.isEmpty()) {
            return given;
        }
        int held = fds.next();
        program.call(DUP3, "devpts to " + held, given.getAsInt(), held, 0);
        return OptionalInt.of(held);
    }

    private void closeOthers() {
        program.call(CLOSE_RANGE, "", spec.init() ? 5 : 3, 0xffffffffL, 0);
    }

    private long cloneFlags(Namespaces namespaces) {
        // The cgroup namespace comes later, by unshare: its root is the group its maker is in at that moment.
        return (blueprint.ownUsers() ? SyscallProgram.CLONE_NEWUSER : 0)
                | (namespaces.pid() ? SyscallProgram.CLONE_NEWPID : 0)
                | (namespaces.mount() ? SyscallProgram.CLONE_NEWNS : 0)
                | (namespaces.uts() ? SyscallProgram.CLONE_NEWUTS : 0)
                | (namespaces.ipc() ? SyscallProgram.CLONE_NEWIPC : 0)
                | (makesNetwork() ? SyscallProgram.CLONE_NEWNET : 0);
    }

    private boolean makesNetwork() {
        return !blueprint.entersNetwork() && spec.namespaces().net() instanceof NetworkNamespace.Private;
    }

    private void joinGroups() {
        attributes.join(request.cgroupTasksFiles());
        if (spec.namespaces().cgroup()) {
            program.call(UNSHARE, "CLONE_NEWCGROUP", SyscallProgram.CLONE_NEWCGROUP);
        }
    }

    /** The execve at the end is what enters it: Linux 6.3 and later. */
    private void setClocks(ClockOffsets offsets) {
        program.call(UNSHARE, "CLONE_NEWTIME", SyscallProgram.CLONE_NEWTIME);
        if (offsets.equals(ClockOffsets.NONE)) {
            return;
        }
        String text = clock("monotonic", offsets.monotonic()) + clock("boottime", offsets.boottime());
        int fd = open("/proc/self/timens_offsets", Linux.O_WRONLY);
        program.step(
                "write \"" + text.strip().replace("\n", ", ") + "\" to /proc/self/timens_offsets (time)",
                WRITE,
                fd,
                text,
                text.length());
        close(fd);
    }

    private static String clock(String name, Duration offset) {
        return name + " " + offset.getSeconds() + " " + offset.getNano() + "\n";
    }

    private void openStandardStreams() {
        if (request.streams().isPresent()) {
            if (!blueprint.ownUsers()) {
                for (int stream : request.streams().get().own()) {
                    program.attempt(FCHOWN, stream, account.uid(), request.terminal() ? -1 : account.gid());
                }
            }
            return;
        }
        stream("/dev/null", Linux.O_RDONLY, 0);
        output(request.outputs().stdout(), 1);
        if (request.outputs().together()) {
            program.call(DUP3, "1 to 2", 1, 2, 0);
            return;
        }
        output(request.outputs().stderr(), 2);
    }

    private void output(OptionalInt pipe, int number) {
        stream(pipe.isPresent() ? "/proc/self/fd/" + pipe.getAsInt() : "/dev/null", Linux.O_RDWR, number);
    }

    private void stream(String path, int flags, int number) {
        int fd = open(path, flags);
        program.call(DUP3, path + " to " + number, fd, number, 0);
        close(fd);
        if (!path.equals("/dev/null") && !blueprint.ownUsers()) {
            // The service may open /dev/stdout again, as whoever it is.
            program.call(FCHOWN, path, number, account.uid(), account.gid());
        }
    }

    private void bringLoopbackUp() {
        int fd = fds.next();
        program.call(SOCKET, "AF_INET", 2, 2, 0);
        // struct ifreq: 16 bytes of name, then the flags
        program.step(
                "ioctl SIOCSIFFLAGS lo",
                IOCTL,
                fd,
                SIOCSIFFLAGS,
                program.ints('l' | 'o' << 8, 0, 0, 0, IFF_UP_RUNNING, 0, 0, 0, 0, 0));
        close(fd);
    }

    private void switchRoot(ServiceMounts mounts, int tree) {
        String root = blueprint.holdsTrees() ? ANYWHERE : spec.rootfs().toString();
        if (blueprint.holdsTrees()) {
            String what = spec.rootfs() + " to " + root;
            int emptyPath = KernelFileSystems.MOVE_MOUNT_F_EMPTY_PATH;
            program.call(MOVE_MOUNT, what, tree, "", Linux.AT_FDCWD, root, emptyPath);
        }
        if (spec.view().overlay().isPresent()) {
            mounts.overlay(root, spec.view().overlay().get());
        } else if (!blueprint.holdsTrees()) {
            program.call(MOUNT, root, root, root, 0, KernelFileSystems.MS_BIND | KernelFileSystems.MS_REC, 0);
        }
        program.call(CHDIR, root, root);
        if (!request.devicesControlled()) {
            // struct mount_attr { attr_set = MOUNT_ATTR_NODEV }; before Linux 5.12 there is no such call, and
            // what remains is that CAP_MKNOD is withheld.
            program.attempt(
                    MOUNT_SETATTR, Linux.AT_FDCWD, ".", KernelFileSystems.AT_RECURSIVE, program.longs(4, 0, 0, 0), 32);
        }
        if (blueprint.chroot()) {
            // Moved over the old root first, so that leaving the chroot leads nowhere.
            program.call(MOUNT, root + " to /", ".", "/", 0, KernelFileSystems.MS_MOVE, 0);
            program.call(CHROOT, root, ".");
        } else {
            // With both directories the same, the old root comes to lie on top, and is taken off. pivot_root(2).
            program.call(PIVOT_ROOT, root, ".", ".");
            program.call(UMOUNT2, "the old root", ".", KernelFileSystems.MNT_DETACH);
        }
        program.call(CHDIR, "/", "/");
        program.call(MOUNT, "/ as MS_PRIVATE", 0, "/", 0, KernelFileSystems.MS_REC | KernelFileSystems.MS_PRIVATE, 0);
    }

    private int open(String path, int flags) {
        program.step("open " + path, OPENAT, Linux.AT_FDCWD, path, flags | Linux.O_CLOEXEC, 0);
        return fds.next();
    }

    private void close(int fd) {
        program.call(CLOSE, "", fd);
        fds.closed(fd);
    }
}
