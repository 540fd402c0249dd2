package io.bulkhead.launch;

import static io.bulkhead.libc.SystemCall.*;

import io.bulkhead.launch.CallFilters.CallFilter;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.libc.SyscallProgram.Late;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.ClockOffsets;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.Rlimit;
import io.bulkhead.spec.ServiceSpec;
import java.time.Duration;
import java.util.Set;

/**
 * What a service's process does between {@code clone3} and {@code execve}, in order: joins its groups, takes its output,
 * leaves the host's file system, gives up its powers.
 *
 * <p>Pure: makes a program from what it is given and touches nothing.
 */
final class ContainerProgram {
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final long USUAL_DESCRIPTORS = 1024;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int IFF_UP_RUNNING = 0x41;

    private final Blueprint blueprint;
    private final LaunchRequest request;
    private final ServiceSpec spec;
    private final Account account;
    private final HostFacts host;
    private final Descriptors fds = new Descriptors();
    private final SyscallProgram.Builder program;

    ContainerProgram(Blueprint blueprint) {
        this.blueprint = blueprint;
        this.request = blueprint.request();
        this.spec = request.spec();
        this.account = blueprint.account();
        this.host = blueprint.host();
        this.program = SyscallProgram.builder(cloneFlags(spec.namespaces()));
    }

    /** Lays the program out. Late arguments are the descriptor of a network that it enters, then those of an init. */
    SyscallProgram build() {
        if (blueprint.entersNetwork()) {
            program.call(SETNS, "CLONE_NEWNET", Late.ARGUMENT, SyscallProgram.CLONE_NEWNET);
        }
        if (spec.init()) {
            ImageRun.hold(program, fds);
        }
        closeOthers();
        program.call(UMASK, "", 0);
        joinGroups();
        spec.namespaces().time().ifPresent(this::setClocks);
        openStandardStreams();
        processAttributes();
        if (spec.namespaces().uts()) {
            String name = spec.hostname().orElse(spec.name().value());
            program.call(SETHOSTNAME, name, name, name.length());
        }
        if (makesNetwork()) {
            bringLoopbackUp();
        }
        if (spec.namespaces().mount()) {
            KernelFileSystems kernel = new KernelFileSystems(program, fds, host);
            ServiceMounts mounts = new ServiceMounts(
                    program, fds, kernel, spec.view(), request.devicesControlled(), blueprint.directories());
            switchRoot(mounts);
            mounts.attach();
            kernel.mountAll(blueprint.devices());
            mounts.attachInDev();
        } else {
            String root = spec.rootfs().toString();
            program.call(CHROOT, root, root).call(CHDIR, "/", "/");
        }
        closeOthers();
        boolean bound = spec.confinement().noNewPrivileges();
        if (bound) {
            program.call(PRCTL, "PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        } else {
            blueprint
                    .filter()
                    .ifPresent(this::filterCalls); // without no_new_privs it takes CAP_SYS_ADMIN, which is about to go
        }
        dropPowers();
        program.call(UMASK, "", spec.umask());
        program.call(CHDIR, spec.workdir(), spec.workdir());
        resetSignals();
        if (!spec.init()) {
            InitImage.unblockSignals(program);
        }
        if (bound) {
            blueprint.filter().ifPresent(this::filterCalls);
        }
        if (spec.init()) {
            ImageRun.become(program, InitImage.NAME);
        } else {
            InitImage.execute(program, blueprint.executable(), spec.command(), blueprint.environment());
        }
        return program.build();
    }

    private void closeOthers() {
        program.call(CLOSE_RANGE, "", spec.init() ? 5 : 3, 0xffffffffL, 0);
    }

    private long cloneFlags(Namespaces namespaces) {
        // The cgroup namespace comes later, by unshare: its root is the group its maker is in at that moment.
        return (namespaces.pid() ? SyscallProgram.CLONE_NEWPID : 0)
                | (namespaces.mount() ? SyscallProgram.CLONE_NEWNS : 0)
                | (namespaces.uts() ? SyscallProgram.CLONE_NEWUTS : 0)
                | (namespaces.ipc() ? SyscallProgram.CLONE_NEWIPC : 0)
                | (makesNetwork() ? SyscallProgram.CLONE_NEWNET : 0);
    }

    private boolean makesNetwork() {
        return !blueprint.entersNetwork() && spec.namespaces().net() instanceof NetworkNamespace.Private;
    }

    private void joinGroups() {
        for (String tasks : request.cgroupTasksFiles()) {
            int fd = open(tasks, Linux.O_WRONLY);
            program.step("write \"0\" to " + tasks, WRITE, fd, "0", 1);
            close(fd);
        }
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
        stream("/dev/null", Linux.O_RDONLY, 0);
        // Read-write: a FIFO's writer that is a reader too neither waits for the daemon nor dies with it.
        stream(request.stdout(), Linux.O_RDWR, 1);
        if (request.stderr().equals(request.stdout())) {
            program.call(DUP3, "1 to 2", 1, 2, 0);
            return;
        }
        stream(request.stderr(), Linux.O_RDWR, 2);
    }

    private void stream(String path, int flags, int number) {
        int fd = open(path, flags);
        program.call(DUP3, path + " to " + number, fd, number, 0);
        close(fd);
        if (!path.equals("/dev/null")) {
            // The service may open /dev/stdout again, as whoever it is.
            program.call(FCHOWN, path, number, account.uid(), account.gid());
        }
    }

    private void processAttributes() {
        program.call(SETSID, "");
        program.call(SETPRIORITY, Integer.toString(spec.nice()), 0, 0, spec.nice());
        oomScore();
        if (spec.rlimits().stream().noneMatch(limit -> limit.resource() == Rlimit.Resource.NOFILE)) {
            limitDescriptors();
        }
        for (Rlimit limit : spec.rlimits()) {
            program.call(
                    PRLIMIT64,
                    limit.resource().key() + " " + limit.soft() + ":" + limit.hard(),
                    0,
                    limit.resource().number(),
                    program.longs(limit.soft(), limit.hard()),
                    0);
        }
    }

    /** The daemon's own, which may be low, is not for its services. */
    private void oomScore() {
        int wanted = spec.oomScoreAdjust().orElse(0);
        if (wanted == host.oomScoreAdjust()) {
            return; // it is born with it
        }
        int fd = open("/proc/self/oom_score_adj", Linux.O_WRONLY);
        String score = Integer.toString(wanted);
        if (spec.oomScoreAdjust().isPresent()) {
            program.step("write \"" + score + "\" to /proc/self/oom_score_adj", WRITE, fd, score, score.length());
        } else {
            program.attempt(WRITE, fd, score, score.length()); // from a higher one it takes CAP_SYS_RESOURCE
        }
        close(fd);
    }

    /** A JVM raises its own soft limit; programs that use select(2), or close all there could be, want the usual one. */
    private void limitDescriptors() {
        long hard = host.openFiles();
        long soft = hard == Rlimit.UNLIMITED ? USUAL_DESCRIPTORS : Math.min(USUAL_DESCRIPTORS, hard);
        program.call(PRLIMIT64, "nofile", 0, Rlimit.Resource.NOFILE.number(), program.longs(soft, hard), 0);
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

    private void switchRoot(ServiceMounts mounts) {
        String root = spec.rootfs().toString();
        // Slave, not private, while the host's mounts are still here: what the host unmounts goes away here as
        // well, and nothing done here reaches it. Private would pin every mount of the host until this process ends.
        program.call(MOUNT, "/ as MS_SLAVE", 0, "/", 0, KernelFileSystems.MS_REC | KernelFileSystems.MS_SLAVE, 0);
        mounts.hold();
        if (spec.view().overlay().isPresent()) {
            mounts.overlay(root, spec.view().overlay().get());
        } else {
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

    private void filterCalls(CallFilter filter) {
        program.call(
                SECCOMP,
                "SECCOMP_SET_MODE_FILTER",
                SECCOMP_SET_MODE_FILTER,
                filter.flags(),
                program.socketFilter(filter.instructions()));
    }

    private void dropPowers() {
        long kept = Capability.mask(kept(request, blueprint.chroot())) & host.permittedCapabilities();
        for (int capability = 0; capability <= host.lastCapability(); capability++) {
            if ((kept & 1L << capability) == 0) {
                program.call(PRCTL, "PR_CAPBSET_DROP " + capability, PR_CAPBSET_DROP, capability, 0, 0, 0);
            }
        }
        int[] groups = account.groups().stream().mapToInt(Integer::intValue).toArray();
        program.call(SETGROUPS, account.groups().toString(), groups.length, program.ints(groups));
        program.call(SETRESGID, Integer.toString(account.gid()), account.gid(), account.gid(), account.gid());
        // A user other than root holds what was added for it, by way of the ambient set, for execve clears all else.
        long ambient = account.uid() == 0
                ? 0
                : kept & Capability.mask(spec.confinement().capabilities().add());
        if (ambient != 0) {
            program.call(PRCTL, "PR_SET_KEEPCAPS", PR_SET_KEEPCAPS, 1, 0, 0, 0);
        }
        program.call(SETRESUID, Integer.toString(account.uid()), account.uid(), account.uid(), account.uid());
        program.call(PRCTL, "PR_CAP_AMBIENT_CLEAR_ALL", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        setCapabilities(account.uid() == 0 ? kept : ambient, ambient);
        for (Capability capability : Capability.values()) {
            if ((ambient & 1L << capability.number()) != 0) {
                program.call(
                        PRCTL,
                        "PR_CAP_AMBIENT_RAISE " + capability,
                        PR_CAP_AMBIENT,
                        PR_CAP_AMBIENT_RAISE,
                        capability.number(),
                        0,
                        0);
            }
        }
    }

    private void setCapabilities(long held, long inheritable) {
        int low = (int) held;
        int high = (int) (held >>> 32);
        program.call(
                CAPSET,
                "",
                program.ints(CAPABILITY_VERSION_3, 0),
                program.ints(low, low, (int) inheritable, high, high, (int) (inheritable >>> 32)));
    }

    /** Of what the service is to have, that which it can't be given is withheld. */
    static Set<Capability> kept(LaunchRequest request, boolean chroot) {
        ServiceSpec spec = request.spec();
        Set<Capability> kept = spec.confinement().capabilities().kept();
        if (chroot || !spec.namespaces().mount()) {
            kept.remove(Capability.SYS_CHROOT); // with it, a process can leave a chroot. chroot(2)
        }
        if (!request.devicesControlled()) {
            kept.remove(Capability.MKNOD);
        }
        return kept;
    }

    private void resetSignals() {
        // CLONE_CLEAR_SIGHAND resets handlers, but what the daemon was started with as ignored (nohup) stays so.
        var defaultAction = program.longs(0, 0, 0, 0);
        for (int signal = 1; signal <= 64; signal++) {
            if ((host.ignoredSignals() & 1L << (signal - 1)) != 0) {
                program.call(RT_SIGACTION, "signal " + signal, signal, defaultAction, 0, 8);
            }
        }
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
