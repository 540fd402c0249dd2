package io.bulkhead.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bulkhead.spec.Capability;
import io.bulkhead.spec.CapabilityChanges;
import io.bulkhead.spec.ClockOffsets;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Confinement;
import io.bulkhead.spec.CpuLimit;
import io.bulkhead.spec.CpuLimits;
import io.bulkhead.spec.Credentials;
import io.bulkhead.spec.Drift;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.IdRange;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.IpAddress;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.Limits;
import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.LogSpec.Target;
import io.bulkhead.spec.MemoryLimits;
import io.bulkhead.spec.Mount;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.NetworkLink;
import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.RestartPolicy.Backoff;
import io.bulkhead.spec.RestartPolicy.Limit;
import io.bulkhead.spec.RestartPolicy.When;
import io.bulkhead.spec.Rlimit;
import io.bulkhead.spec.Rlimit.Resource;
import io.bulkhead.spec.RootSwitch;
import io.bulkhead.spec.RootView;
import io.bulkhead.spec.Seccomp;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.Signal;
import io.bulkhead.spec.StartPolicy;
import io.bulkhead.spec.StopPolicy;
import io.bulkhead.spec.Strain;
import io.bulkhead.spec.SupervisorSpec;
import io.bulkhead.spec.SupervisorSpec.OnExit;
import io.bulkhead.spec.UserNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file: what its keys become, and where they stand. */
final class ConfigLoaderTest {
    @TempDir
    Path temporary;

    private ConfigDirectory directory = new ConfigDirectory(Path.of("target"));

    @BeforeEach
    void makeDirectory() {
        directory = new ConfigDirectory(temporary);
    }

    @Test
    void emptyFileIsTheDefaults() throws IOException, ConfigException {
        HostSpec host = directory.with("").load();

        assertEquals(SupervisorSpec.DEFAULT, host.supervisor());
        assertEquals(List.of(), ConfigDirectory.names(host));
    }

    @Test
    void serviceOfTwoKeysHasDefaultsForTheOthers() throws IOException, ConfigException {
        ServiceSpec web = directory.web("");

        Path file = directory.main();
        ServiceSpec expected = new ServiceSpec(
                Instance.only(new ServiceName("web")),
                temporary.resolve("rootfs"),
                RootView.PLAIN,
                List.of("/bin/web"),
                Credentials.ROOT,
                "/",
                0022,
                Map.of(),
                List.of(),
                List.of(),
                0,
                OptionalInt.empty(),
                Limits.NONE,
                Namespaces.DEFAULT,
                Optional.empty(),
                Confinement.DEFAULT,
                RootSwitch.AUTO,
                false,
                true,
                StartPolicy.DEFAULT,
                StopPolicy.DEFAULT,
                RestartPolicy.DEFAULT,
                Lifecycle.DEFAULT,
                LogSpec.DEFAULT,
                Drift.ENFORCE,
                Map.of("", at(file, 1), "rootfs", at(file, 1), "command", at(file, 1)));
        assertEquals(expected, web);
    }

    @Test
    void readsEveryKeyOfAService() throws IOException, ConfigException {
        ServiceSpec web = directory.web("""
                rootfs { path = ./rootfs/../rootfs, readonly = true, overlay { keep = /srv/layer } }, command = [/bin/sh, -c, "exit 1", ""]
                user = www-data, group = 33, groups = [audio, 044], workdir = /tmp, umask = "0077"
                environment { LANG = C.UTF-8, N = 10, T = true, EMPTY = "" }
                rlimits { nofile = 1024, core { soft = 0, hard = unlimited }, memlock = 64 KiB }
                nice = -5, oom-score-adjust = 500
                cpu { period = 50 ms, quota = 20 ms }, memory.max = 64 MiB, pids.max = 512
                namespaces { pid = host, ipc = host, cgroup = host, net = private, time = private }
                net { bridge = br0, address = [10.0.3.5/24, "fd00::5/64"], gateway = 10.0.3.1, interface = lan0
                      mac = "02:42:0A:00:03:05", mtu = 1400 }
                time { monotonic = 1 h, boottime = -1 m }
                hostname = web.example.org, no-new-privileges = no, seccomp = unconfined, root-switch = chroot, autostart = off
                capabilities { add = [NET_ADMIN, cap_sys_ptrace], drop = [all] }
                mounts = [{ source = /srv/data, target = /data, readonly = true }
                          { type = bind, source = here, target = /here, recursive = no, propagation = slave
                            nosuid = yes, nodev = no, noexec = yes }
                          { type = tmpfs, target = /tmp, size = 64 MiB, mode = "0700" }]
                start { ready-after = 2 s, timeout = 1 m }, stop { signal = SIGQUIT, timeout = 0 }
                restart { policy = on-failure, success-exit-codes = [3, 0, 3]
                          backoff { initial = 1 s, factor = 1.5, max = 1 m, jitter = 0.25, reset-after = 1 h }
                          limit { attempts = 0, window = 1 d }
                          on { oom = true, memory-pressure { limit = 60%, duration = 10 s, min-uptime = 1 h } } }
                log { stdout = none, stderr = syslog, max-size = 1 kB, max-age = 1 d, backups = 0, compress = true
                      format = json, timestamps = true, tags = on, when-full = drop
                      syslog { socket = "@log", facility = local7 }, journald.socket = /run/j }
                reconcile.drift = warn
                """);

        ServiceSpec expected = new ServiceSpec(
                Instance.only(new ServiceName("web")),
                temporary.resolve("rootfs"),
                new RootView(
                        true,
                        Optional.of(new RootView.Overlay(Optional.of(Path.of("/srv/layer")), OptionalLong.empty())),
                        List.of(
                                new Mount.Bind(
                                        Path.of("/srv/data"),
                                        "/data",
                                        true,
                                        false,
                                        new Mount.Flags(true, false, true, false)),
                                new Mount.Bind(
                                        temporary.resolve("here"),
                                        "/here",
                                        false,
                                        true,
                                        new Mount.Flags(false, true, false, true)),
                                new Mount.Tmpfs(
                                        "/tmp",
                                        OptionalLong.of(64L << 20),
                                        0700,
                                        new Mount.Flags(false, true, true, false)))),
                List.of("/bin/sh", "-c", "exit 1", ""),
                new Credentials(Optional.of("www-data"), Optional.of("33"), List.of("audio", "44")),
                "/tmp",
                0077,
                Map.of("LANG", "C.UTF-8", "N", "10", "T", "true", "EMPTY", ""),
                List.of(),
                List.of(
                        new Rlimit(Resource.CORE, 0, Rlimit.UNLIMITED),
                        new Rlimit(Resource.NOFILE, 1024, 1024),
                        new Rlimit(Resource.MEMLOCK, 65_536, 65_536)),
                -5,
                OptionalInt.of(500),
                Limits.NONE
                        .with(CpuLimits.of(new CpuLimit(Duration.ofMillis(20), Duration.ofMillis(50))))
                        .with(MemoryLimits.of(64L << 20))
                        .withPidsMax(512),
                new Namespaces(
                        false,
                        true,
                        true,
                        false,
                        false,
                        new NetworkNamespace.Private(Optional.of(new NetworkLink(
                                "br0",
                                List.of(
                                        new NetworkLink.Address(address("10.0.3.5"), 24),
                                        new NetworkLink.Address(address("fd00:0::5"), 64)),
                                List.of(address("10.0.3.1")),
                                "lan0",
                                Optional.of("02:42:0a:00:03:05"),
                                OptionalInt.of(1400)))),
                        Optional.empty(),
                        Optional.of(new ClockOffsets(Duration.ofHours(1), Duration.ofMinutes(-1)))),
                Optional.of("web.example.org"),
                new Confinement(
                        false,
                        new CapabilityChanges(
                                Set.of(Capability.NET_ADMIN, Capability.SYS_PTRACE), EnumSet.allOf(Capability.class)),
                        new Seccomp.Unconfined()),
                RootSwitch.CHROOT,
                false,
                false,
                new StartPolicy(
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(1),
                        StartPolicy.DEFAULT.ready(),
                        StartPolicy.DEFAULT.onFailure()),
                new StopPolicy(Signal.QUIT, Duration.ZERO),
                new RestartPolicy(
                        When.ON_FAILURE,
                        Set.of(0, 3),
                        new Backoff(Duration.ofSeconds(1), 1.5, Duration.ofMinutes(1), 0.25, Duration.ofHours(1)),
                        new Limit(0, Duration.ofDays(1)),
                        new Strain(
                                true,
                                Optional.of(new Strain.Pressure(60, Duration.ofSeconds(10), Duration.ofHours(1))))),
                Lifecycle.DEFAULT,
                new LogSpec(
                        Target.NONE,
                        Target.SYSLOG,
                        new LogSpec.Rotation(1_000, Optional.of(Duration.ofDays(1)), 0, LogSpec.Compression.GZIP),
                        new LogSpec.Layout(LogSpec.Format.JSON, true, true),
                        LogSpec.WhenFull.DROP,
                        new LogSpec.Sockets("@log", LogSpec.Facility.LOCAL7, "/run/j")),
                Drift.WARN,
                web.origins());
        assertEquals(expected, web);
    }

    private static IpAddress address(String text) {
        return IpAddress.of(text).orElseThrow();
    }

    @Test
    void groupsAreMappedAsUsersAreUnlessSaid() throws IOException, ConfigException {
        ServiceSpec web = directory.web("""
                namespaces.user = private, user-namespace {
                  uid-map = [{ inside = 0, outside = 1000, size = 1 }, { inside = 1, outside = 100000, size = 65535 }]
                  idmap = false }
                """);

        List<IdRange> map = List.of(new IdRange(0, 1000, 1), new IdRange(1, 100_000, 65_535));
        UserNamespace user = web.namespaces().user().orElseThrow();
        assertEquals(new UserNamespace(map, map, false), user);
        assertEquals(OptionalLong.of(100_032), user.hostGid(33));
        assertEquals(OptionalLong.empty(), user.hostUid(65_536));
    }

    @Test
    void readsEveryKeyOfTheSupervisor() throws IOException, ConfigException {
        HostSpec host = directory.with("""
                        supervisor {
                          run-dir = /run/other, state-dir = /srv/state, generations = 3
                          log-dir = /srv/log/../logs, on-exit = keep
                          reconcile { interval = 100 ms, drift = ignore }
                          cgroup.parent = /other/below
                          control { socket = /run/control, mode = "0600", group = adm }
                        }
                        services.web { rootfs = rootfs, command = a }
                        services.db { rootfs = rootfs, command = a, reconcile.drift = warn }
                        """).load();

        SupervisorSpec expected = new SupervisorSpec(
                Path.of("/run/other"),
                Path.of("/srv/state"),
                3,
                Path.of("/srv/logs"),
                OnExit.KEEP,
                Duration.ofMillis(100),
                Optional.of("/other/below"),
                Path.of("/run/control"),
                0600,
                "adm");
        assertEquals(expected, host.supervisor());
        assertEquals(Drift.IGNORE, ConfigDirectory.service(host, "web").drift());
        assertEquals(Drift.WARN, ConfigDirectory.service(host, "db").drift());
    }

    @Test
    void socketIsInTheRunDirectoryUnlessNamed() throws IOException, ConfigException {
        HostSpec host = directory.with("supervisor.run-dir = /run/other").load();

        assertEquals(Path.of("/run/other/supervisord.sock"), host.supervisor().controlSocket());
    }

    @Test
    void tellsWhereKeysStand() throws IOException, ConfigException {
        ServiceSpec web = ConfigDirectory.service(directory.with("""
                                defaults {
                                  nice = 1
                                }
                                supervisor.reconcile.drift = warn
                                services {
                                  web {
                                    rootfs = rootfs
                                    command = /bin/web
                                    cpu {
                                      period = 50 ms
                                      limit = 20%
                                    }
                                  }
                                }
                                """).load(), "web");

        Path file = directory.main();
        assertEquals(at(file, 7), web.originOf("rootfs"));
        assertEquals(at(file, 10), web.originOf("cpu.period"));
        assertEquals(at(file, 11), web.originOf("cpu.limit"));
        assertEquals(at(file, 11), web.originOf("cpu.quota"));
        assertEquals(at(file, 2), web.originOf("nice"));
        assertEquals(at(file, 4), web.originOf("reconcile.drift"));
        assertEquals(at(file, 6), web.originOf("umask"));
    }

    @Test
    void startsWithoutTheBrokenServices() throws IOException, ConfigException {
        HostSpec host = directory.with("""
                        services {
                          web { rootfs = rootfs, command = /bin/web }
                          db { rootfs = rootfs, command = /bin/db, nice = 20, umsk = "0" }
                          mail { rootfs = ${NOWHERE_AT_ALL}, command = /bin/mail }
                          ring { rootfs = ${services.ring.rootfs}, command = /bin/ring }
                        }
                        """).loadTolerant();

        assertEquals(List.of("web"), ConfigDirectory.names(host));
        assertEquals(
                List.of("db", "mail", "ring"),
                host.broken().keySet().stream().map(ServiceName::value).toList());
        assertEquals(
                "DIR/supervisord.conf:3: services.db.nice: 20 is outside -20 to 19",
                directory
                        .lines(host.broken().getOrDefault(new ServiceName("db"), List.of()))
                        .get(0));
    }

    @Test
    void doesNotStartWithProblemsOfTheWhole() throws IOException {
        directory.with(
                "defaults.nice = 20\nservices { web { " + ConfigDirectory.VALID + " } db { } }".replace("} d", "}, d"));

        ConfigException thrown = assertThrows(ConfigException.class, directory::loadTolerant);

        assertEquals(
                List.of(
                        "DIR/supervisord.conf:1: defaults.nice: 20 is outside -20 to 19",
                        "DIR/supervisord.conf:2: services.db.rootfs: is required: the directory that becomes the service's root",
                        "DIR/supervisord.conf:2: services.db.command: is required: a list such as [/bin/sleep, 10], or a string"),
                directory.lines(thrown.problems()));
    }

    private static Origin at(Path file, int line) {
        return new Origin(file.toString(), line);
    }
}
