package io.bulkhead.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One key of a service's configuration: its name, how a change of it is applied, and how its value is written.
 *
 * <p>The list of all keys is what {@code plan} compares, what the hash of a running service covers and what
 * {@code inspect} shows; a key that is missing here would be changed without notice, so a test checks it against the
 * reference configuration.
 *
 * @param path below the service: {@code cpu.quota}
 * @param effect the gentlest way that makes a change true
 * @param value the value in its canonical text; {@code unlimited} or {@code default} where there is none
 * @param before what a process was given by a version of Bulkhead that didn't know the key yet, in the same text: such a
 *     process is then restarted only where something else is wanted
 */
public record SpecKey(String path, Effect effect, Function<ServiceSpec, String> value, String before) {
    /** A key that was there when the first record was written. */
    SpecKey(String path, Effect effect, Function<ServiceSpec, String> value) {
        this(path, effect, value, "");
    }

    /** How a changed key is applied. */
    public enum Effect {
        LIVE,
        RESTART;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String SECRETS = "secrets";
    static final String ENVIRONMENT = "environment";

    private static final List<SpecKey> BESIDE_LIMITS = List.of(
            restart("rootfs", s -> s.rootfs().toString()),
            restart("rootfs.readonly", s -> Boolean.toString(s.view().readonly())),
            restart(
                    "rootfs.overlay",
                    s -> s.view().overlay().map(RootView.Overlay::toString).orElse("none")),
            restart("mounts", s -> s.view().mounts().toString()),
            restart("command", s -> quoted(s.command())),
            restart("user", s -> s.credentials().user().orElse("root")),
            restart("group", s -> s.credentials().group().orElse("default")),
            restart("groups", s -> quoted(s.credentials().groups())),
            restart("workdir", ServiceSpec::workdir),
            restart("umask", s -> String.format("%04o", s.umask())),
            restart(ENVIRONMENT, s -> s.environment().toString()),
            since("[]", SECRETS, s -> Secret.compared(s.secrets())),
            restart("rlimits", s -> rlimits(s.rlimits())),
            restart("nice", s -> Integer.toString(s.nice())),
            restart(
                    "oom-score-adjust",
                    s -> s.oomScoreAdjust().isPresent()
                            ? Integer.toString(s.oomScoreAdjust().getAsInt())
                            : "default"),
            restart("namespaces.pid", s -> privacy(s.namespaces().pid())),
            restart("namespaces.mount", s -> privacy(s.namespaces().mount())),
            restart("namespaces.uts", s -> privacy(s.namespaces().uts())),
            restart("namespaces.ipc", s -> privacy(s.namespaces().ipc())),
            restart("namespaces.cgroup", s -> privacy(s.namespaces().cgroup())),
            restart("namespaces.net", s -> s.namespaces().net().toString()),
            since("none", "net.bridge", link(NetworkLink::bridge, "none")),
            since("[]", "net.address", link(l -> l.addresses().toString(), "[]")),
            since("[]", "net.gateway", link(l -> l.gateways().toString(), "[]")),
            since("eth0", "net.interface", link(NetworkLink::name, NetworkLink.DEFAULT_NAME)),
            since("default", "net.mac", link(l -> l.hardwareAddress().orElse("default"), "default")),
            since(
                    "default",
                    "net.mtu",
                    link(l -> l.mtu().isPresent() ? Integer.toString(l.mtu().getAsInt()) : "default", "default")),
            since("host", "namespaces.user", s -> privacy(s.namespaces().user().isPresent())),
            since(
                    UserNamespace.DEFAULT_MAP.toString(),
                    "user-namespace.uid-map",
                    s -> s.namespaces()
                            .user()
                            .map(UserNamespace::uidMap)
                            .orElse(UserNamespace.DEFAULT_MAP)
                            .toString()),
            since(
                    UserNamespace.DEFAULT_MAP.toString(),
                    "user-namespace.gid-map",
                    s -> s.namespaces()
                            .user()
                            .map(UserNamespace::gidMap)
                            .orElse(UserNamespace.DEFAULT_MAP)
                            .toString()),
            since(
                    "true",
                    "user-namespace.idmap",
                    s -> Boolean.toString(
                            s.namespaces().user().map(UserNamespace::idmap).orElse(true))),
            since("host", "namespaces.time", s -> privacy(s.namespaces().time().isPresent())),
            since("0 s", "time.monotonic", s -> text(offsets(s).monotonic())),
            since("0 s", "time.boottime", s -> text(offsets(s).boottime())),
            restart("hostname", s -> s.hostname().orElse("default")),
            restart(
                    "capabilities.add",
                    s -> capabilities(s.confinement().capabilities().add())),
            restart(
                    "capabilities.drop",
                    s -> capabilities(s.confinement().capabilities().drop())),
            restart("no-new-privileges", s -> Boolean.toString(s.confinement().noNewPrivileges())),
            restart("seccomp", s -> s.confinement().seccomp().toString()),
            restart("root-switch", s -> dashed(s.rootSwitch())),
            new SpecKey("init", Effect.RESTART, s -> Boolean.toString(s.init()), "false"),
            live("instances", s -> Integer.toString(s.instance().instances().count())),
            live(
                    "rolling.max-unavailable",
                    s -> unavailable(s.instance().instances().maxUnavailable())),
            live("autostart", s -> Boolean.toString(s.autostart())),
            live("type", s -> dashed(s.lifecycle().kind())),
            live(
                    "schedule",
                    s -> s.lifecycle().schedule().map(Schedule::toString).orElse("none")),
            live("remain", s -> Boolean.toString(s.lifecycle().remain())),
            live("requires", s -> s.lifecycle().dependencies().requires().toString()),
            live("wants", s -> s.lifecycle().dependencies().wants().toString()),
            live("after", s -> s.lifecycle().dependencies().after().toString()),
            live(
                    "max-runtime",
                    s -> s.lifecycle().maxRuntime().map(SpecKey::text).orElse("unlimited")),
            live("pre-start.command", s -> hook(s, HookPoint.PRE_START, h -> quoted(h.command()), "none")),
            live("pre-start.timeout", s -> hook(s, HookPoint.PRE_START, h -> text(h.timeout()), text(Hook.TIMEOUT))),
            live("pre-start.where", s -> hook(s, HookPoint.PRE_START, h -> dashed(h.where()), "container")),
            // By what it is launched with; how it is asked is in the next.
            since(
                    "none",
                    "start.ready",
                    s -> s.start().ready().equals(Optional.of(new Probe.Notify())) ? "notify" : "none"),
            live("start.ready", s -> s.start().ready().map(Probe::toString).orElse("none")),
            live("start.ready-after", s -> text(s.start().readyAfter())),
            live("start.timeout", s -> text(s.start().timeout())),
            live("start.on-failure", s -> dashed(s.start().onFailure())),
            since(
                    "none",
                    "health.watchdog",
                    s -> s.watchdog().map(SpecKey::text).orElse("none")),
            live("health.exec", s -> probe(s, Probe.Exec.class)),
            live("health.http", s -> probe(s, Probe.Http.class)),
            live("health.tcp", s -> probe(s, Probe.Tcp.class)),
            live(
                    "health.interval",
                    s -> text(s.health().map(HealthPolicy::interval).orElse(HealthPolicy.INTERVAL))),
            live(
                    "health.timeout",
                    s -> text(s.health().map(HealthPolicy::timeout).orElse(HealthPolicy.TIMEOUT))),
            live(
                    "health.failures",
                    s -> Integer.toString(s.health().map(HealthPolicy::failures).orElse(HealthPolicy.FAILURES))),
            live(
                    "health.successes",
                    s -> Integer.toString(
                            s.health().map(HealthPolicy::successes).orElse(HealthPolicy.SUCCESSES))),
            live(
                    "health.start-period",
                    s -> text(s.health().map(HealthPolicy::startPeriod).orElse(HealthPolicy.START_PERIOD))),
            live(
                    "health.on-failure",
                    s -> dashed(s.health().map(HealthPolicy::onFailure).orElse(HealthPolicy.OnFailure.RESTART))),
            live("stop.signal", s -> s.stop().signal().name()),
            live("stop.timeout", s -> text(s.stop().timeout())),
            live(
                    "stop.command",
                    s -> s.stop()
                            .command()
                            .map(Hook::command)
                            .map(SpecKey::quoted)
                            .orElse("none")),
            live(
                    "stop.where",
                    s -> s.stop().command().map(h -> dashed(h.where())).orElse("container")),
            live("post-stop.command", s -> hook(s, HookPoint.POST_STOP, h -> quoted(h.command()), "none")),
            live("post-stop.timeout", s -> hook(s, HookPoint.POST_STOP, h -> text(h.timeout()), text(Hook.TIMEOUT))),
            live("post-stop.where", s -> hook(s, HookPoint.POST_STOP, h -> dashed(h.where()), "container")),
            live(
                    "reload.signal",
                    s -> s.lifecycle()
                            .hooks()
                            .reload()
                            .signal()
                            .map(Signal::name)
                            .orElse("none")),
            live("reload.command", s -> reload(s, h -> quoted(h.command()), "none")),
            live("reload.timeout", s -> reload(s, h -> text(h.timeout()), text(Hook.TIMEOUT))),
            live("reload.where", s -> reload(s, h -> dashed(h.where()), "container")),
            live("restart.policy", s -> dashed(s.restart().when())),
            live(
                    "restart.success-exit-codes",
                    s -> s.restart().successExitCodes().stream()
                            .sorted()
                            .toList()
                            .toString()),
            live("restart.backoff.initial", s -> text(s.restart().backoff().initial())),
            live(
                    "restart.backoff.factor",
                    s -> Double.toString(s.restart().backoff().factor())),
            live("restart.backoff.max", s -> text(s.restart().backoff().max())),
            live(
                    "restart.backoff.jitter",
                    s -> Double.toString(s.restart().backoff().jitter())),
            live("restart.backoff.reset-after", s -> text(s.restart().backoff().resetAfter())),
            live(
                    "restart.limit.attempts",
                    s -> Integer.toString(s.restart().limit().attempts())),
            live("restart.limit.window", s -> text(s.restart().limit().window())),
            live(
                    "restart.limit.retry-after",
                    s -> s.restart().limit().retryAfter().map(SpecKey::text).orElse("never")),
            live("restart.on.oom", s -> Boolean.toString(s.restart().on().oom())),
            live("restart.on.memory-pressure.limit", pressure(Strain.Pressure::limit, "none")),
            live("restart.on.memory-pressure.duration", pressure(p -> text(p.duration()), "")),
            live("restart.on.memory-pressure.min-uptime", pressure(p -> text(p.minUptime()), "")),
            restart("log.stdout", s -> dashed(s.log().stdout())),
            restart("log.stderr", s -> dashed(s.log().stderr())),
            live("log.max-size", s -> s.log().rotation().maxSizeBytes() + " B"),
            live(
                    "log.max-age",
                    s -> s.log().rotation().maxAge().map(SpecKey::text).orElse("unlimited")),
            live("log.backups", s -> Integer.toString(s.log().rotation().backups())),
            live("log.compress", s -> dashed(s.log().rotation().compress())),
            live("log.format", s -> dashed(s.log().layout().format())),
            live("log.timestamps", s -> Boolean.toString(s.log().layout().timestamps())),
            restart("log.tags", s -> Boolean.toString(s.log().layout().tags())),
            live("log.when-full", s -> dashed(s.log().whenFull())),
            live("log.syslog.socket", s -> s.log().sockets().syslog()),
            live("log.syslog.facility", s -> dashed(s.log().sockets().facility())),
            live("log.journald.socket", s -> s.log().sockets().journald()),
            live("reconcile.drift", s -> dashed(s.drift())));

    /** Every key, in the order in which they are shown. */
    public static final List<SpecKey> ALL = all();

    /**
     * One difference between two specs of a service.
     *
     * @param origin where the new value stands
     */
    public record Change(String path, String before, String after, Origin origin, Effect effect) {}

    /** The value, without what a secret's text is told from another by. */
    public String disclosed(ServiceSpec spec) {
        return path.equals(SECRETS) ? Secret.shown(spec.secrets()) : value.apply(spec);
    }

    /** The same for people. */
    public String shown(ServiceSpec spec) {
        return WrittenForm.of(path, disclosed(spec));
    }

    /** Every key whose change needs a restart, with its value: what a process is launched from. */
    public static Map<String, String> launchKeys(ServiceSpec spec) {
        Map<String, String> keys = new LinkedHashMap<>();
        for (SpecKey key : ALL) {
            if (key.effect == Effect.RESTART) {
                keys.put(key.path, key.value.apply(spec));
            }
        }
        return keys;
    }

    public static String launchHash(ServiceSpec spec) {
        return launchHash(launchKeys(spec));
    }

    /**
     * A hash over {@link #launchKeys}: equal for two specs exactly when a process launched from one serves the other. 16
     * hexadecimal digits. A key that is missing has the value that was before the key; one that this version doesn't know
     * means nothing to it.
     */
    public static String launchHash(Map<String, String> launchKeys) {
        StringBuilder text = new StringBuilder("1");
        for (SpecKey key : ALL) {
            if (key.effect == Effect.RESTART) {
                text.append('\n').append(key.path).append('=').append(launchKeys.getOrDefault(key.path, key.before));
            }
        }
        return Digest.of(text.toString());
    }

    /** A duration as HOCON would have it: {@code 100 ms}, {@code 2 s}. */
    public static String text(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos % 1_000_000_000 == 0) {
            return nanos / 1_000_000_000 + " s";
        }
        if (nanos % 1_000_000 == 0) {
            return nanos / 1_000_000 + " ms";
        }
        return nanos / 1_000 + " us";
    }

    private static List<SpecKey> all() {
        List<SpecKey> keys = new ArrayList<>();
        for (SpecKey key : BESIDE_LIMITS) {
            if (key.path.equals("namespaces.pid")) {
                keys.addAll(LimitKeys.all());
            }
            keys.add(key);
        }
        return List.copyOf(keys);
    }

    private static SpecKey restart(String path, Function<ServiceSpec, String> value) {
        return new SpecKey(path, Effect.RESTART, value);
    }

    /** A key that came later; before it, every process was given {@code before}. */
    private static SpecKey since(String before, String path, Function<ServiceSpec, String> value) {
        return new SpecKey(path, Effect.RESTART, value, before);
    }

    private static SpecKey live(String path, Function<ServiceSpec, String> value) {
        return new SpecKey(path, Effect.LIVE, value);
    }

    private static String probe(ServiceSpec spec, Class<? extends Probe> kind) {
        return spec.health()
                .map(HealthPolicy::probe)
                .filter(kind::isInstance)
                .map(Probe::toString)
                .orElse("none");
    }

    private static String reload(ServiceSpec spec, Function<Hook, String> value, String otherwise) {
        return spec.lifecycle().hooks().reload().command().map(value).orElse(otherwise);
    }

    private static String hook(ServiceSpec spec, HookPoint point, Function<Hook, String> value, String otherwise) {
        return spec.lifecycle().hooks().at(point).map(value).orElse(otherwise);
    }

    private static String unavailable(int most) {
        return most == Instances.ALL ? "all" : Integer.toString(most);
    }

    private static String privacy(boolean isPrivate) {
        return isPrivate ? "private" : "host";
    }

    private static Function<ServiceSpec, String> link(Function<NetworkLink, String> value, String otherwise) {
        return spec -> spec.namespaces().net().link().map(value).orElse(otherwise);
    }

    private static Function<ServiceSpec, String> pressure(Function<Strain.Pressure, String> value, String otherwise) {
        return spec -> spec.restart().on().pressure().map(value).orElse(otherwise);
    }

    private static ClockOffsets offsets(ServiceSpec spec) {
        return spec.namespaces().time().orElse(ClockOffsets.NONE);
    }

    private static String dashed(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String capabilities(Set<Capability> set) {
        return set.size() == Capability.values().length
                ? "[ALL]"
                : set.stream().sorted().toList().toString();
    }

    private static String quoted(List<String> words) {
        StringBuilder text = new StringBuilder("[");
        for (String word : words) {
            text.append(text.length() > 1 ? ", " : "")
                    .append('"')
                    .append(word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                    .append('"');
        }
        return text.append(']').toString();
    }

    private static String rlimits(List<Rlimit> rlimits) {
        List<String> texts = new ArrayList<>();
        for (Rlimit rlimit : rlimits) {
            texts.add(rlimit.resource().key() + "=" + bound(rlimit.soft()) + ":" + bound(rlimit.hard()));
        }
        return texts.stream().sorted().toList().toString();
    }

    private static String bound(long value) {
        return value == Rlimit.UNLIMITED ? "unlimited" : Long.toUnsignedString(value);
    }
}
