package io.bulkhead.spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The validated, immutable form of one service's configuration.
 *
 * @param instance which one it is of the service's running copies
 * @param rootfs absolute path of the directory that becomes the process' root
 * @param view how it sees its root and what is mounted in it
 * @param command program and arguments, at least one; a program without a slash is looked for in the service's PATH
 *     inside the rootfs
 * @param credentials who it runs as
 * @param workdir absolute, inside the rootfs
 * @param umask 0 to 0777
 * @param environment all there is, but for PATH, HOME, USER and LOGNAME, which are set where it doesn't name them
 * @param secrets by name
 * @param rlimits those not named are inherited from the daemon, but for the soft limit of nofile: 1024
 * @param nice -20 to 19
 * @param oomScoreAdjust -1000 to 1000; empty: 0, where the daemon may set that
 * @param limits what its cgroup may use
 * @param namespaces what it has to itself
 * @param hostname with a private UTS namespace
 * @param confinement what its processes may ask of the kernel
 * @param rootSwitch how it gets its root
 * @param init whether an init of ours is process 1, above the command
 * @param autostart whether it is started with the daemon and after it enters the configuration
 * @param start when a start is done
 * @param stop how it is stopped
 * @param restart whether and when it is restarted
 * @param lifecycle what kind of service it is, and whom it needs
 * @param log what becomes of its output
 * @param drift what becomes of a changed limit
 * @param origins where each key that somebody wrote stands, by its path below the service ({@code cpu.quota})
 */
public record ServiceSpec(
        Instance instance,
        Path rootfs,
        RootView view,
        List<String> command,
        Credentials credentials,
        String workdir,
        int umask,
        Map<String, String> environment,
        List<Secret> secrets,
        List<Rlimit> rlimits,
        int nice,
        OptionalInt oomScoreAdjust,
        Limits limits,
        Namespaces namespaces,
        Optional<String> hostname,
        Confinement confinement,
        RootSwitch rootSwitch,
        boolean init,
        boolean autostart,
        StartPolicy start,
        StopPolicy stop,
        RestartPolicy restart,
        Lifecycle lifecycle,
        LogSpec log,
        Drift drift,
        Map<String, Origin> origins) {
    public ServiceSpec {
        Objects.requireNonNull(instance);
        if (!rootfs.isAbsolute()) {
            throw new IllegalArgumentException("rootfs " + rootfs + " is not absolute");
        }
        command = List.copyOf(command);
        if (command.isEmpty() || command.get(0).isEmpty()) {
            throw new IllegalArgumentException("command is empty");
        }
        environment = java.util.Collections.unmodifiableMap(new TreeMap<>(environment));
        secrets = List.copyOf(secrets);
        rlimits = List.copyOf(rlimits);
        origins = Map.copyOf(origins);
    }

    /** Where {@code key} (its path below the service) stands, or the nearest key above it, or {@link Origin#DEFAULT}. */
    public Origin originOf(String key) {
        for (String k = key; !k.isEmpty(); k = k.contains(".") ? k.substring(0, k.lastIndexOf('.')) : "") {
            Origin origin = origins.get(k);
            if (origin != null) {
                return origin;
            }
        }
        return origins.getOrDefault("", Origin.DEFAULT);
    }

    /** Whether its environment is not what {@link #environment} alone says. */
    public boolean hasSecretVariables() {
        return secrets.stream().anyMatch(secret -> secret.kind() == Secret.Kind.ENV);
    }

    /** How it is found out whether it is well; empty: it isn't asked. */
    public Optional<HealthPolicy> health() {
        return lifecycle.health();
    }

    /** Whether it tells by sd_notify(3) how it is, and so is given a socket for that. */
    public boolean notifies() {
        return start.ready().filter(Probe.Notify.class::isInstance).isPresent()
                || watchdog().isPresent();
    }

    /**
     * Whether it may name another process as its main one. With a PID namespace of its own it has none to name: all end with
     * the first.
     */
    public boolean namesMainProcess() {
        return notifies() && !namespaces.pid();
    }

    /** What a line of its output matches by which it tells that it is ready, if it does: a regular expression. */
    public Optional<String> readyLine() {
        return start.ready().filter(Probe.Log.class::isInstance).map(probe -> ((Probe.Log) probe).regex());
    }

    /** How long it may be silent, where it is to say that it is alive. */
    public Optional<Duration> watchdog() {
        return health().map(HealthPolicy::probe)
                .filter(Probe.Watchdog.class::isInstance)
                .map(probe -> ((Probe.Watchdog) probe).within());
    }

    /** What it is known by to the kernel and in the file system; no other service, nor instance, has it. */
    public ServiceName name() {
        return instance.name();
    }

    /** The same as another of its instances, where none of its keys tells them apart. */
    public ServiceSpec with(Instance value) {
        return edited(value, namespaces);
    }

    /**
     * The same root and powers for another command, that nothing depends on and nobody asks how it is.
     *
     * @param variables beyond its environment, and before that
     */
    public ServiceSpec running(List<String> other, Map<String, String> variables, StartPolicy how) {
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(variables);
        return new ServiceSpec(
                instance,
                rootfs,
                view,
                other,
                credentials,
                workdir,
                umask,
                all,
                secrets,
                rlimits,
                nice,
                oomScoreAdjust,
                limits,
                namespaces,
                hostname,
                confinement,
                rootSwitch,
                false,
                autostart,
                how,
                stop,
                restart,
                Lifecycle.DEFAULT,
                log,
                drift,
                origins);
    }

    public ServiceSpec with(Namespaces value) {
        return edited(instance, value);
    }

    private ServiceSpec edited(Instance which, Namespaces privacy) {
        return new ServiceSpec(
                which,
                rootfs,
                view,
                command,
                credentials,
                workdir,
                umask,
                environment,
                secrets,
                rlimits,
                nice,
                oomScoreAdjust,
                limits,
                privacy,
                hostname,
                confinement,
                rootSwitch,
                init,
                autostart,
                start,
                stop,
                restart,
                lifecycle,
                log,
                drift,
                origins);
    }
}
