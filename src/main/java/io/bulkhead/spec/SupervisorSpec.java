package io.bulkhead.spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The daemon's own settings.
 *
 * @param runDir sockets and runtime records; absolute
 * @param stateDir what outlives a reboot: the generations of the configuration; absolute
 * @param generations how many of them are kept, 2 to 1000
 * @param logDir the services' log files; absolute
 * @param onExit what becomes of the services when the daemon is told to end
 * @param reconcileInterval how often the loop looks even if nothing woke it; at least 100 ms
 * @param cgroupParent the group under which all services' groups are, relative to each hierarchy's mount
 *     ({@code /bulkhead}); empty: found out by itself
 * @param controlSocket the socket's path; absolute, at most 107 bytes
 * @param controlMode its permissions, 0 to 0777
 * @param controlGroup its group's name
 */
public record SupervisorSpec(
        Path runDir,
        Path stateDir,
        int generations,
        Path logDir,
        OnExit onExit,
        Duration reconcileInterval,
        Optional<String> cgroupParent,
        Path controlSocket,
        int controlMode,
        String controlGroup) {
    public static final Path DEFAULT_RUN_DIR = Path.of("/run/bulkhead");
    public static final Path DEFAULT_STATE_DIR = Path.of("/var/lib/bulkhead");
    public static final Path DEFAULT_LOG_DIR = Path.of("/var/log/bulkhead");
    public static final Duration DEFAULT_RECONCILE_INTERVAL = Duration.ofSeconds(5);

    /** The settings of an empty configuration. */
    public static final SupervisorSpec DEFAULT = new SupervisorSpec(
            DEFAULT_RUN_DIR,
            DEFAULT_STATE_DIR,
            10,
            DEFAULT_LOG_DIR,
            OnExit.STOP,
            DEFAULT_RECONCILE_INTERVAL,
            Optional.empty(),
            DEFAULT_RUN_DIR.resolve("supervisord.sock"),
            0660,
            "root");

    /** These settings with what can change while the daemon runs as {@code next} has it; the rest waits for its next start. */
    public SupervisorSpec changedLive(SupervisorSpec next) {
        return new SupervisorSpec(
                runDir,
                stateDir,
                next.generations,
                logDir,
                next.onExit,
                next.reconcileInterval,
                cgroupParent,
                controlSocket,
                controlMode,
                controlGroup);
    }

    /** What becomes of the services when the daemon ends. */
    public enum OnExit {
        STOP,
        KEEP
    }
}
