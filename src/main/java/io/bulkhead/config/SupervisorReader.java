package io.bulkhead.config;

import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Origin;
import io.bulkhead.spec.SupervisorSpec;
import io.bulkhead.spec.SupervisorSpec.OnExit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The {@code supervisor} section as a {@link SupervisorSpec}. */
final class SupervisorReader {
    private static final SupervisorSpec DEFAULT = SupervisorSpec.DEFAULT;
    private static final Scalar<Duration> INTERVAL = Scalar.duration(Duration.ofMillis(100), Duration.ofDays(1));
    private static final Scalar<Long> GENERATIONS = Scalar.integer(2, 1000);
    /** {@code sun_path} of unix(7) has 108 bytes, one of them the NUL at the end. */
    private static final int LONGEST_SOCKET_PATH = 107;

    private static final Scalar<Path> ABSOLUTE =
            new Scalar<>("an absolute path", text -> Path.of(absolute(text)).normalize());
    private static final Scalar<String> GROUP_PATH = new Scalar<>("a path such as /bulkhead", text -> {
        if (!text.matches("(/[A-Za-z0-9_:@.-]+)+") || text.matches(".*/\\.\\.?(/.*)?")) {
            throw new Refusal("is not a path such as /bulkhead, below each hierarchy's mount");
        }
        return text;
    });

    private final Section section;
    private final Section reconcile;

    SupervisorReader(Section section) {
        this.section = section;
        this.reconcile = section.section("reconcile");
    }

    SupervisorSpec read() {
        section.list("include", Scalar.any()); // was followed while the files were read
        Path runDir = section.get("run-dir", ABSOLUTE, DEFAULT.runDir());
        Path stateDir = section.get("state-dir", ABSOLUTE, DEFAULT.stateDir());
        int generations = section.get("generations", GENERATIONS, (long) DEFAULT.generations())
                .intValue();
        Path logDir = section.get("log-dir", ABSOLUTE, DEFAULT.logDir());
        OnExit onExit = section.get("on-exit", Scalar.choice(OnExit.class), DEFAULT.onExit());
        Duration interval = reconcile.get("interval", INTERVAL, DEFAULT.reconcileInterval());
        Optional<String> parent = cgroupParent();
        Section control = section.section("control");
        Path socket = socket(control, runDir);
        int mode = control.get("mode", Scalar.octal(), DEFAULT.controlMode());
        String group = control.get("group", Names.ACCOUNT, DEFAULT.controlGroup());
        control.done();
        section.done();
        return new SupervisorSpec(runDir, stateDir, generations, logDir, onExit, interval, parent, socket, mode, group);
    }

    /** What services that don't say otherwise do about drift; to be read once. */
    Optional<Drift> drift() {
        Optional<Drift> drift = reconcile.get("drift", Scalar.choice(Drift.class));
        reconcile.done();
        return drift;
    }

    /** Where {@link #drift} stands. */
    Origin driftOrigin() {
        return reconcile.originOf("drift");
    }

    private Optional<String> cgroupParent() {
        Section cgroup = section.section("cgroup");
        Optional<String> parent = cgroup.get("parent", GROUP_PATH.or("auto"), DEFAULT.cgroupParent());
        cgroup.done();
        return parent;
    }

    private Path socket(Section control, Path runDir) {
        Path otherwise = runDir.resolve(DEFAULT.controlSocket().getFileName());
        Path socket = control.get("socket", ABSOLUTE, otherwise);
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_SOCKET_PATH) {
            String message = Shown.text(socket.toString()) + " is a socket path of " + length + " bytes: allowed are "
                    + LONGEST_SOCKET_PATH;
            if (control.has("socket")) {
                control.problem("socket", message);
            } else {
                section.problem("run-dir", message);
            }
        }
        return socket;
    }

    private static String absolute(String text) throws Refusal {
        if (!text.startsWith("/")) {
            throw new Refusal("is not an absolute path");
        }
        return text;
    }
}
