package io.bulkhead.launch;

import io.bulkhead.launch.CallFilters.CallFilter;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.libc.ProgramImage;
import io.bulkhead.libc.SyscallProgram;
import io.bulkhead.spec.Capability;
import io.bulkhead.spec.CapabilityChanges;
import io.bulkhead.spec.Mount;
import io.bulkhead.spec.NetworkLink;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.RootSwitch;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts services. {@link #launch} blocks until the process has exec'ed, so it is called from a thread that may wait;
 * any number of threads may.
 */
public final class Launcher implements AutoCloseable {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final int NONE = -1;
    private static final long[] NOTHING = {};

    /** A burst of launches needs to look at the host but once. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Linux linux;
    private final Deadlines deadlines;
    private final Programs programs = new Programs();
    private final SpareNetwork networks;
    private final CallFilters filters;
    private final OwnerNamespaces owners;
    private final boolean privileged;
    private volatile boolean pivotRootRefused;
    private volatile HostFacts.@Nullable Powers powers;
    private volatile @Nullable Look look;

    /** What the host was like at a time. */
    private record Look(HostFacts host, long nanoTime) {}

    public Launcher(Linux linux) {
        this.linux = linux;
        this.networks = new SpareNetwork(linux);
        this.filters = new CallFilters(linux);
        this.deadlines = new Deadlines(linux);
        this.owners = new OwnerNamespaces(linux);
        this.privileged = linux.geteuid() == 0;
    }

    /**
     * Starts one process.
     *
     * @return the process; the caller owns its pidfd
     * @throws LaunchException naming the step that failed, or that it hung at past {@code start.timeout}; nothing is left
     *     of the process then
     */
    public SyscallProgram.Child launch(LaunchRequest request) throws LaunchException {
        ServiceSpec spec = request.spec();
        boolean chroot =
                spec.rootSwitch() == RootSwitch.CHROOT || (spec.rootSwitch() == RootSwitch.AUTO && pivotRootRefused);
        try {
            return launch(request, chroot);
        } catch (ErrnoException e) {
            // EINVAL although nothing is shared: the host's root is an initramfs, which cannot be pivoted away,
            // pivot_root(2).
            boolean refused =
                    e.errno() == ErrnoException.EINVAL && e.operation().startsWith("pivot_root ");
            if (!refused || spec.rootSwitch() != RootSwitch.AUTO) {
                throw LaunchException.of(e);
            }
        }
        pivotRootRefused = true;
        try {
            return launch(request, true);
        } catch (ErrnoException e) {
            throw LaunchException.of(e);
        }
    }

    /**
     * Starts a command inside a running service, as a child of the daemon.
     *
     * @return the process; the caller owns its pidfd
     * @throws LaunchException as {@link #launch}
     */
    public SyscallProgram.Child join(JoinRequest request) throws LaunchException {
        ServiceSpec spec = request.spec();
        boolean chroot =
                spec.rootSwitch() == RootSwitch.CHROOT || (spec.rootSwitch() == RootSwitch.AUTO && pivotRootRefused);
        Set<Capability> kept = Powers.kept(spec, request.devicesControlled(), chroot);
        int cgroup = NONE;
        try {
            if (request.cgroupDirectory().isPresent()) {
                cgroup = linux.open(request.cgroupDirectory().get(), Linux.O_PATH | Linux.O_DIRECTORY);
            }
            int group = cgroup;
            SyscallProgram.Child child = new Joiner(linux)
                    .launch(
                            request,
                            host(),
                            kept,
                            filters.of(spec.confinement().seccomp(), kept),
                            (program, late) -> run(program, request.timeout(), group, late));
            Checkpoint.JOINED.reached();
            return child;
        } catch (ErrnoException e) {
            throw LaunchException.of(e);
        } finally {
            close(cgroup);
        }
    }

    private SyscallProgram.Child launch(LaunchRequest request, boolean chroot) throws LaunchException, ErrnoException {
        ServiceSpec spec = request.spec();
        Account account;
        Map<String, String> environment;
        String executable;
        try (RootDirectory root = new RootDirectory(linux, spec.rootfs(), request.mounts())) {
            account = Account.resolve(spec.credentials(), root);
            environment = environment(spec.environment(), account);
            request.notifySocket().map(NotifySocket::variables).ifPresent(environment::putAll);
            executable = executable(spec.command().get(0), environment, root);
        }
        try (SecretTexts secrets = SecretTexts.read(linux, spec.secrets())) {
            environment.putAll(secrets.variables());
            return launch(request, chroot, account, environment, executable, secrets.late());
        }
    }

    private SyscallProgram.Child launch(
            LaunchRequest request,
            boolean chroot,
            Account account,
            Map<String, String> environment,
            String executable,
            long[] secrets)
            throws LaunchException, ErrnoException {
        ServiceSpec spec = request.spec();
        List<DeviceNode> devices = DeviceNode.all(spec.limits().devices());
        Set<Capability> kept = Powers.kept(spec, request.devicesControlled(), chroot);
        boolean ownUsers = spec.namespaces().user().isPresent();
        if (!ownUsers) {
            requirePowers(spec.confinement().capabilities());
        }
        Optional<CallFilter> filter = filters.of(spec.confinement().seccomp(), kept);
        HostFacts host = host();
        Set<Path> directories = directories(request.mounts());
        int cgroup = NONE;
        int network = ownUsers ? NONE : network(spec.namespaces().net());
        Blueprint blueprint = new Blueprint(
                request.inPlaces(),
                account,
                host,
                devices,
                directories,
                network >= 0,
                privileged,
                chroot,
                kept,
                executable,
                environment,
                filter);
        try {
            if (request.cgroupDirectory().isPresent()) {
                cgroup = linux.open(request.cgroupDirectory().get(), Linux.O_PATH | Linux.O_DIRECTORY);
            }
            long[] late = network >= 0 ? new long[] {network} : NOTHING;
            return ownUsers
                    ? runOwnUsers(blueprint, cgroup, request.late(), secrets)
                    : run(blueprint, cgroup, Optional.empty(), joined(late, request.late()), secrets);
        } finally {
            close(network);
            close(cgroup);
            if (!ownUsers && spec.namespaces().net() instanceof NetworkNamespace.Private) {
                networks.replenish();
            }
        }
    }

    private SyscallProgram.Child runOwnUsers(Blueprint blueprint, int cgroup, long[] outputs, long[] secrets)
            throws LaunchException, ErrnoException {
        try (OwnUsers users = OwnUsers.prepare(linux, blueprint, outputs, networks, owners)) {
            ParentSide parent = users.parent();
            return run(blueprint, cgroup, Optional.of(parent), outputs, joined(parent.late(), users.trees(), secrets));
        }
    }

    private SyscallProgram.Child run(
            Blueprint blueprint, int cgroup, Optional<ParentSide> parent, long[] first, long[] last)
            throws LaunchException, ErrnoException {
        return blueprint.request().spec().init()
                ? runInit(blueprint, cgroup, parent, first, last)
                : run(blueprint, cgroup, parent, joined(first, last));
    }

    private static long[] joined(long[]... parts) {
        return Stream.of(parts).flatMapToLong(LongStream::of).toArray();
    }

    /** Once process 1 has begun, its command is waited for. */
    private SyscallProgram.Child runInit(
            Blueprint blueprint, int cgroup, Optional<ParentSide> parent, long[] first, long[] last)
            throws LaunchException, ErrnoException {
        ServiceSpec spec = blueprint.request().spec();
        long begun = System.nanoTime();
        ProgramImage image = InitImage.of(
                blueprint.executable(),
                spec.command(),
                blueprint.environment(),
                blueprint.request().terminal());
        try (ImageRun init = new ImageRun(linux, InitImage.NAME, image)) {
            SyscallProgram.Child child = run(blueprint, cgroup, parent, joined(first, init.late(), last));
            boolean up = false;
            try {
                init.awaitCommand(begun, spec.start().timeout());
                up = true;
                return child;
            } finally {
                if (!up) {
                    linux.processes().end(child.pidfd());
                }
            }
        }
    }

    private SyscallProgram.Child run(Blueprint blueprint, int cgroup, Optional<ParentSide> parent, long[] late)
            throws LaunchException, ErrnoException {
        SyscallProgram program = programs.take(blueprint).orElseGet(() -> new ContainerProgram(blueprint).build());
        boolean started = false;
        try {
            parent.ifPresent(side -> side.attend(program));
            SyscallProgram.Child child =
                    run(program, blueprint.request().spec().start().timeout(), cgroup, late);
            started = true;
            if (blueprint.request().spec().hasSecretVariables()) {
                program.close(); // they are not to stay in memory
            } else {
                programs.give(blueprint, program);
            }
            return child;
        } catch (ErrnoException e) {
            throw parent.flatMap(ParentSide::failure).orElse(e);
        } finally {
            parent.ifPresent(ParentSide::failure); // it must be through with the program
            if (!started) {
                program.close();
            }
        }
    }

    private SyscallProgram.Child run(SyscallProgram program, Duration timeout, int cgroup, long... late)
            throws LaunchException, ErrnoException {
        try (Deadlines.Deadline deadline = deadlines.set(program, timeout)) {
            try {
                return program.run(linux, cgroup, late);
            } catch (ErrnoException e) {
                if (deadline.missed()) {
                    throw LaunchException.overdue(program.currentStep().orElse("clone3"), timeout);
                }
                throw e;
            }
        }
    }

    private void close(int fd) {
        if (fd >= 0) {
            linux.close(fd);
        }
    }

    private static Set<Path> directories(List<Mount> mounts) {
        Set<Path> directories = new HashSet<>();
        for (Mount mount : mounts) {
            if (mount instanceof Mount.Bind bind && Files.isDirectory(bind.source())) {
                directories.add(bind.source());
            }
        }
        return directories;
    }

    /** A namespace to move into, or {@link #NONE}. */
    private int network(NetworkNamespace net) throws ErrnoException {
        if (net instanceof NetworkNamespace.Named named) {
            return linux.namespaces().open(named.path().toString(), SyscallProgram.CLONE_NEWNET, "network");
        }
        if (net.link().isPresent()) {
            return connected(net.link().get());
        }
        return net instanceof NetworkNamespace.Private ? networks.take() : NONE;
    }

    private int connected(NetworkLink link) throws ErrnoException {
        int network = networks.takeOrMake();
        try {
            new NetworkConnection(linux, networks).make(link, network);
        } catch (ErrnoException e) {
            linux.close(network);
            throw e;
        }
        return network;
    }

    /** What was asked for by name must be had; ALL is all there are. */
    private void requirePowers(CapabilityChanges changes) throws ErrnoException, LaunchException {
        if (changes.add().isEmpty() || changes.addsAll()) {
            return;
        }
        long missing = Capability.mask(changes.add()) & ~host().permittedCapabilities();
        for (Capability capability : changes.add()) {
            if ((missing & 1L << capability.number()) != 0) {
                throw new LaunchException("capabilities.add " + capability
                        + ": the daemon doesn't have it and can give it to nobody (CapPrm in /proc/self/status)");
            }
        }
    }

    private HostFacts host() throws ErrnoException {
        Look last = look;
        long now = System.nanoTime();
        if (last == null || now - last.nanoTime > LOOK_AGAIN.toNanos()) {
            last = new Look(HostFacts.read(linux, powers()), now);
            look = last;
        }
        return last.host;
    }

    private HostFacts.Powers powers() throws ErrnoException {
        HostFacts.Powers known = powers;
        if (known == null) {
            known = HostFacts.Powers.read(linux);
            powers = known;
        }
        return known;
    }

    /** What was configured, and what every process has. */
    static Map<String, String> environment(Map<String, String> configured, Account account) {
        Map<String, String> environment = new TreeMap<>(configured);
        environment.putIfAbsent("PATH", DEFAULT_PATH);
        environment.putIfAbsent("HOME", account.home());
        environment.putIfAbsent("USER", account.name());
        environment.putIfAbsent("LOGNAME", account.name());
        return environment;
    }

    /** A command as it is found in its PATH. */
    static String executable(String command, Map<String, String> environment, RootDirectory root)
            throws LaunchException {
        if (command.contains("/")) {
            return command;
        }
        String path = environment.getOrDefault("PATH", DEFAULT_PATH);
        for (String directory : path.split(":", -1)) {
            String candidate = directory + "/" + command;
            if (directory.startsWith("/") && root.has(candidate)) {
                return candidate;
            }
        }
        throw new LaunchException("execve " + command + ": not found in PATH=" + path + " of the rootfs");
    }

    @Override
    public void close() {
        deadlines.close();
        programs.close();
        owners.close();
        networks.close();
    }
}
