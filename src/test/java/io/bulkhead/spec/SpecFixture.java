package io.bulkhead.spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** One valid service, and ways to vary a field of it. */
public final class SpecFixture {
    private Instance instance;
    private Path rootfs = Path.of("/srv/web");
    private List<String> command = List.of("/bin/web");
    private Limits limits = Limits.NONE;
    private Namespaces namespaces = Namespaces.DEFAULT;
    private RootSwitch rootSwitch = RootSwitch.AUTO;
    private Credentials credentials = Credentials.ROOT;
    private Confinement confinement = Confinement.DEFAULT;
    private boolean init;
    private boolean autostart = true;
    private StartPolicy start = StartPolicy.DEFAULT;
    private StopPolicy stop = StopPolicy.DEFAULT;
    private RestartPolicy restart = RestartPolicy.DEFAULT;
    private Lifecycle lifecycle = Lifecycle.DEFAULT;
    private LogSpec log = LogSpec.DEFAULT;
    private Drift drift = Drift.ENFORCE;
    private Map<String, String> environment = Map.of();
    private List<Secret> secrets = List.of();
    private String workdir = "/";

    private SpecFixture(String name) {
        this.instance = Instance.only(new ServiceName(name));
    }

    public static ServiceSpec service(String name) {
        return new SpecFixture(name).build();
    }

    public static SpecFixture with(ServiceSpec spec) {
        SpecFixture fixture = new SpecFixture(spec.name().value());
        fixture.instance = spec.instance();
        fixture.rootfs = spec.rootfs();
        fixture.command = spec.command();
        fixture.limits = spec.limits();
        fixture.namespaces = spec.namespaces();
        fixture.rootSwitch = spec.rootSwitch();
        fixture.credentials = spec.credentials();
        fixture.confinement = spec.confinement();
        fixture.init = spec.init();
        fixture.autostart = spec.autostart();
        fixture.start = spec.start();
        fixture.stop = spec.stop();
        fixture.restart = spec.restart();
        fixture.lifecycle = spec.lifecycle();
        fixture.log = spec.log();
        fixture.drift = spec.drift();
        fixture.environment = spec.environment();
        fixture.workdir = spec.workdir();
        return fixture;
    }

    public SpecFixture rootfs(Path value) {
        rootfs = value;
        return this;
    }

    public SpecFixture command(String... words) {
        command = List.of(words);
        return this;
    }

    public SpecFixture limits(Limits value) {
        limits = value;
        return this;
    }

    public SpecFixture namespaces(Namespaces value) {
        namespaces = value;
        return this;
    }

    public SpecFixture rootSwitch(RootSwitch value) {
        rootSwitch = value;
        return this;
    }

    public SpecFixture credentials(Credentials value) {
        credentials = value;
        return this;
    }

    public SpecFixture environment(Map<String, String> value) {
        environment = value;
        return this;
    }

    public SpecFixture secrets(Secret... value) {
        secrets = List.of(value);
        return this;
    }

    public SpecFixture workdir(String value) {
        workdir = value;
        return this;
    }

    public SpecFixture confinement(Confinement value) {
        confinement = value;
        return this;
    }

    public SpecFixture init(boolean value) {
        init = value;
        return this;
    }

    public SpecFixture autostart(boolean value) {
        autostart = value;
        return this;
    }

    public SpecFixture startTimeout(Duration value) {
        start = new StartPolicy(start.readyAfter(), value, start.ready(), start.onFailure());
        return this;
    }

    public SpecFixture stop(StopPolicy value) {
        stop = value;
        return this;
    }

    public SpecFixture lifecycle(Lifecycle value) {
        lifecycle = value;
        return this;
    }

    public SpecFixture start(StartPolicy value) {
        start = value;
        return this;
    }

    public SpecFixture log(LogSpec value) {
        log = value;
        return this;
    }

    public SpecFixture policy(RestartPolicy.When when) {
        restart = new RestartPolicy(when, restart.successExitCodes(), restart.backoff(), restart.limit(), restart.on());
        return this;
    }

    public SpecFixture limit(RestartPolicy.Limit limit) {
        restart = new RestartPolicy(restart.when(), restart.successExitCodes(), restart.backoff(), limit, restart.on());
        return this;
    }

    public SpecFixture initialBackoff(Duration initial) {
        RestartPolicy.Backoff old = restart.backoff();
        restart = new RestartPolicy(
                restart.when(),
                restart.successExitCodes(),
                new RestartPolicy.Backoff(initial, old.factor(), old.max(), old.jitter(), old.resetAfter()),
                restart.limit(),
                restart.on());
        return this;
    }

    public SpecFixture drift(Drift value) {
        drift = value;
        return this;
    }

    public ServiceSpec build() {
        return new ServiceSpec(
                instance,
                rootfs,
                RootView.PLAIN,
                command,
                credentials,
                workdir,
                022,
                environment,
                secrets,
                List.of(),
                0,
                OptionalInt.empty(),
                limits,
                namespaces,
                Optional.of("web"),
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
                Map.of());
    }
}
