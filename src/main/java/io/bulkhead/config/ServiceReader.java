package io.bulkhead.config;

import io.bulkhead.spec.Credentials;
import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.RootSwitch;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** One service's section as a {@link ServiceSpec}; also checks {@code defaults}, which is the same without a name. */
final class ServiceReader {
    private static final String WORKDIR = "/";
    private static final int UMASK = 0022;
    private static final int NICE = 0;
    private static final boolean INIT = false;
    private static final boolean AUTOSTART = true;
    private static final RootSwitch ROOT_SWITCH = RootSwitch.AUTO;
    private static final Drift DRIFT = Drift.ENFORCE;

    private static final Scalar<String> INSIDE =
            Scalar.matching("an absolute path inside the rootfs", Pattern.compile("(?s)/.*"));

    private final Section section;
    private final Map<String, Origin> origins;
    private final SecretFiles secrets;

    /**
     * @param origins the map {@code section} fills
     */
    ServiceReader(Section section, Map<String, Origin> origins, SecretFiles secrets) {
        this.secrets = secrets;
        this.section = section;
        this.origins = origins;
    }

    /** Notes what is wrong with a section that belongs to no service; nothing is required in it. */
    void check() {
        RootfsReader.check(section);
        command();
        spec(new ServiceName("defaults"), 0, Path.of("/nowhere"), List.of("none"), Optional.empty());
    }

    /**
     * The service, or empty: then there is a problem more.
     *
     * @param index which of its instances
     * @param otherwise what it does about drift unless it says
     */
    Optional<ServiceSpec> read(ServiceName name, int index, Optional<Drift> otherwise) {
        require("rootfs", "the directory that becomes the service's root");
        require("command", "a list such as [/bin/sleep, 10], or a string");
        Optional<Path> rootfs = RootfsReader.read(section);
        Optional<List<String>> command = command();
        ServiceSpec spec =
                spec(name, index, rootfs.orElse(Path.of("/nowhere")), command.orElse(List.of("none")), otherwise);
        return rootfs.isPresent() && command.isPresent() ? Optional.of(spec) : Optional.empty();
    }

    private ServiceSpec spec(
            ServiceName name, int index, Path rootfs, List<String> command, Optional<Drift> otherwise) {
        Instances instances = new InstancesReader(section).read(name);
        Namespaces namespaces = new NamespacesReader(section).read();
        PolicyReader policies = new PolicyReader(section);
        Map<String, String> environment = new EnvironmentReader(section).read();
        ServiceSpec spec = new ServiceSpec(
                new Instance(name, Math.min(index, instances.count() - 1), instances),
                rootfs,
                new MountsReader(section).read(namespaces),
                command,
                credentials(),
                section.get("workdir", INSIDE, WORKDIR),
                section.get("umask", Scalar.octal(), UMASK),
                environment,
                new SecretsReader(section, secrets).read(rootfs, environment.keySet(), namespaces),
                new RlimitsReader(section.section("rlimits")).read(),
                section.get("nice", Scalar.integer(-20, 19), (long) NICE).intValue(),
                oomScoreAdjust(),
                new LimitsReader(section).read(),
                namespaces,
                hostname(namespaces),
                new ConfinementReader(section).read(),
                rootSwitch(namespaces),
                init(namespaces),
                section.get("autostart", Scalar.bool(), AUTOSTART),
                policies.start(namespaces),
                policies.stop(),
                policies.restart(),
                new LifecycleReader(section).read(namespaces),
                policies.log(),
                policies.drift(otherwise.orElse(DRIFT)),
                origins);
        if (spec.readyLine().isPresent() && spec.log().isNone()) {
            section.section("start")
                    .section("ready")
                    .conflict(
                            List.of("log"), "there is no output to look at: log.stdout or log.stderr must not be none");
        }
        if (spec.lifecycle().kind() == Lifecycle.Kind.ONESHOT) {
            refuseProbes(spec);
        }
        section.done();
        return spec;
    }

    private void refuseProbes(ServiceSpec spec) {
        String why = "on a service of type = oneshot, which is ready when it has completed";
        Section start = section.section("start");
        start.pointless(List.of("ready-after"), why);
        if (spec.start().ready().isPresent()) {
            start.pointless(List.of("ready", "on-failure"), why);
        }
        if (spec.health().isPresent()) {
            section.pointless(List.of("health"), why);
        }
    }

    private void require(String key, String what) {
        if (!section.has(key)) {
            section.problem(key, "is required: " + what);
        }
    }

    private Optional<List<String>> command() {
        return CommandReader.read(section, "command", "a list of words or a string");
    }

    private Credentials credentials() {
        return new Credentials(
                section.get("user", Names.ACCOUNT),
                section.get("group", Names.ACCOUNT),
                section.list("groups", Names.ACCOUNT).orElse(Credentials.ROOT.groups()));
    }

    private OptionalInt oomScoreAdjust() {
        return section.get("oom-score-adjust", Scalar.integer(-1000, 1000))
                .map(value -> OptionalInt.of(value.intValue()))
                .orElse(OptionalInt.empty());
    }

    private Optional<String> hostname(Namespaces namespaces) {
        Optional<String> hostname = section.get("hostname", Names.HOST);
        if (hostname.isPresent() && !namespaces.uts()) {
            contradict("hostname", "uts", "a hostname needs namespaces.uts = private, else it would rename the host");
        }
        return hostname;
    }

    private RootSwitch rootSwitch(Namespaces namespaces) {
        RootSwitch how = section.get("root-switch", Scalar.choice(RootSwitch.class), ROOT_SWITCH);
        if (how == RootSwitch.PIVOT_ROOT && !namespaces.mount()) {
            contradict(
                    "root-switch",
                    "mount",
                    "pivot-root needs namespaces.mount = private; else allowed are auto, chroot");
        }
        return how;
    }

    private boolean init(Namespaces namespaces) {
        boolean init = section.get("init", Scalar.bool(), INIT);
        if (init && !namespaces.pid()) {
            contradict("init", "pid", "an init needs namespaces.pid = private, else it would be process 1 of nothing");
        }
        return init;
    }

    private void contradict(String key, String namespace, String message) {
        section.conflict(List.of(key), message);
        if (!section.owns(key)) {
            section.section("namespaces").conflict(List.of(namespace), message);
        }
    }
}
