package io.bulkhead.daemon;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.cgroup.CgroupDrivers;
import io.bulkhead.cgroup.CgroupLayout;
import io.bulkhead.config.ConfigLoader;
import io.bulkhead.control.ControlServer;
import io.bulkhead.events.Event;
import io.bulkhead.events.History;
import io.bulkhead.launch.NamespaceNeeds;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.LogPaths;
import io.bulkhead.logs.LogPump;
import io.bulkhead.notify.PassedSocket;
import io.bulkhead.notify.SystemdNotifier;
import io.bulkhead.reconcile.Beginning;
import io.bulkhead.reconcile.Operations;
import io.bulkhead.reconcile.Reconfiguration;
import io.bulkhead.reconcile.SpecSource;
import io.bulkhead.reconcile.Supervisor;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Configuration;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.SourceText;
import io.bulkhead.spec.SupervisorSpec;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jnr.constants.platform.Signal;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the daemon, from the configuration to the end. */
class Daemon {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    private final Path configuration;
    private final ConfigLoader loader = new ConfigLoader(new DigestKey(Linux.get()));
    private final SystemdNotifier systemd = SystemdNotifier.fromEnvironment(System.getenv());

    Daemon(Path configuration) {
        this.configuration = configuration;
    }

    int run() throws Exception {
        Beginning first = FirstConfiguration.choose(loader, configuration);
        SupervisorSpec settings = first.host().supervisor();
        Linux linux = Linux.get();
        try (RunDirectory runDir = RunDirectory.take(linux, settings.runDir());
                History history = new History(runDir.path());
                LogPump logs = new LogPump(linux, runDir.path(), settings.logDir())) {
            OwnLog.INSTANCE.open(LogPaths.daemonLog(settings.logDir()));
            Optional<Rootless> rootless = Rootless.of(linux);
            CgroupDriver cgroups = cgroups(linux, settings, rootless.isPresent());
            if (!cgroups.claim()) {
                System.err.println("supervisord: another supervisord has the cgroup "
                        + settings.cgroupParent().orElse("/bulkhead")
                        + ": give this one a supervisor.cgroup.parent of its own");
                return 1;
            }
            if (rootless.isPresent()) {
                log.warn("{}", Rootless.notice(linux.geteuid(), cgroups.offered()));
            }
            HostCheck check = new HostCheck(cgroups, new NamespaceNeeds(linux), rootless);
            HostSpec host = check.tolerant(first.host());
            host.broken().values().forEach(problems -> problems.forEach(problem -> log.error("{}", problem)));
            SpecSource source = source(check);
            try (Supervisor supervisor =
                            new Supervisor(first.with(host), source, linux, cgroups, logs, history, listener());
                    ControlServer control = new ControlServer(
                            supervisor.operations(),
                            settings.controlSocket(),
                            settings.controlMode(),
                            settings.controlGroup(),
                            passedSocket(settings.controlSocket()))) {
                handleSignals(supervisor, logs);
                history.add(
                        Event.Kind.DAEMON,
                        "",
                        "supervisord " + Main.version() + " started, pid " + linux.getpid(),
                        Map.of("version", Main.version(), "pid", linux.getpid()));
                supervisor.run(() -> serve(control), () -> announce(host));
                history.add(
                        Event.Kind.DAEMON,
                        "",
                        "supervisord ended, pid " + linux.getpid(),
                        Map.of("pid", linux.getpid()));
            }
        } catch (RunDirectory.HeldException e) {
            System.err.println("supervisord: " + e.getMessage());
            return 1;
        }
        log.info("ended");
        return 0;
    }

    CgroupDriver cgroups(Linux linux, SupervisorSpec settings, boolean rootless) throws ErrnoException {
        CgroupLayout layout = CgroupLayout.discover(linux);
        Optional<String> parent = settings.cgroupParent();
        return rootless
                ? CgroupDrivers.openDelegated(
                        linux,
                        layout,
                        parent,
                        System.getenv(),
                        settings.runDir().resolve("groups"))
                : CgroupDrivers.open(linux, layout, parent, System.getenv());
    }

    private SpecSource source(HostCheck check) {
        return new SpecSource() {
            @Override
            public Configuration load() throws ConfigException {
                Configuration read = loader.read(configuration);
                return new Configuration(check.strict(read.host()), read.text());
            }

            @Override
            public HostSpec load(SourceText text) throws ConfigException {
                return check.strict(loader.read(text).host());
            }

            @Override
            public SourceText text() {
                return loader.text(configuration);
            }

            @Override
            public HostSpec load(Path file) throws ConfigException {
                return check.strict(loader.load(file));
            }
        };
    }

    private static Optional<ServerSocketChannel> passedSocket(Path configured) throws IOException {
        Optional<ServerSocketChannel> passed = PassedSocket.take(System.getenv());
        if (passed.isPresent()) {
            SocketAddress address = passed.get().getLocalAddress();
            if (!address.equals(UnixDomainSocketAddress.of(configured))) {
                log.warn(
                        "systemd listens on {}, while supervisor.control.socket says {}: supervisorctl -c will not find it",
                        address,
                        configured);
            }
        }
        return passed;
    }

    private static void serve(ControlServer control) {
        try {
            control.start();
        } catch (Exception e) {
            throw new IllegalStateException("the control socket cannot be served: " + e.getMessage(), e);
        }
    }

    /** It has started. */
    void announce(HostSpec host) {
        systemd.ready(host.services().size() + " services");
        log.info(
                "ready services={} broken={}",
                host.services().size(),
                host.broken().size());
    }

    private Supervisor.Listener listener() {
        // Twice as often as systemd asks for, as sd_watchdog_enabled(3) recommends.
        Duration heartbeat = systemd.watchdogInterval().map(i -> i.dividedBy(2)).orElse(Duration.ZERO);
        return new Supervisor.Listener() {
            @Override
            public Duration heartbeat() {
                return heartbeat;
            }

            @Override
            public void beat() {
                systemd.watchdog();
            }

            @Override
            public void reloading() {
                systemd.reloading();
            }

            @Override
            public void reloaded() {
                systemd.ready("reloaded");
            }
        };
    }

    private void handleSignals(Supervisor supervisor, LogPump logs) {
        // The pure Java one goes through the JVM's own handlers; a native one would run Java code in a signal handler.
        POSIX posix = POSIXFactory.getJavaPOSIX();
        posix.signal(Signal.SIGTERM, number -> end(supervisor, "SIGTERM"));
        posix.signal(Signal.SIGINT, number -> end(supervisor, "SIGINT"));
        posix.signal(Signal.SIGUSR2, number -> {
            logs.reopen();
            OwnLog.INSTANCE.reopen();
        });
        posix.signal(Signal.SIGHUP, number -> new Thread(() -> reload(supervisor.operations()), "reload").start());
    }

    private void end(Supervisor supervisor, String signal) {
        supervisor.operations().asked("shutdown", List.of(), signal);
        systemd.stopping();
        supervisor.end(Optional.empty());
    }

    private static void reload(Operations operations) {
        operations.asked("reload", List.of(), "SIGHUP");
        try {
            operations.configuration().reload(new Reconfiguration.Request("SIGHUP", Optional.empty()));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> log.error("not reloaded: {}", problem));
        }
    }
}
