package io.bulkhead.logs;

import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import java.nio.file.Path;

/**
 * What a service's standard output and error are to be opened as.
 *
 * @param stdout a FIFO, or {@code /dev/null}
 * @param stderr likewise; the same as {@code stdout} where they go together
 */
public record LogPaths(String stdout, String stderr) {
    private static final String NOWHERE = "/dev/null";

    public static LogPaths of(Path runDir, ServiceName name, LogSpec spec) {
        String stdout = spec.stdout() == LogSpec.Target.NONE
                ? NOWHERE
                : fifo(runDir, name, "stdout").toString();
        // With tags they come apart, so that they can be told from one another, and go together.
        boolean together = spec.stderr() == LogSpec.Target.STDOUT
                && (spec.stdout() == LogSpec.Target.NONE || !spec.layout().tags());
        if (together) {
            return new LogPaths(stdout, stdout);
        }
        return new LogPaths(
                stdout,
                spec.stderr() == LogSpec.Target.NONE
                        ? NOWHERE
                        : fifo(runDir, name, "stderr").toString());
    }

    /** Where the output of {@code stream} ({@code stdout} or {@code stderr}) is kept. */
    public static Path logFile(Path logDir, ServiceName name, String stream) {
        return logDir.resolve(name + "." + stream + ".log");
    }

    /** The daemon's own. */
    public static Path daemonLog(Path logDir) {
        return logDir.resolve("supervisord.log");
    }

    static Path fifo(Path runDir, ServiceName name, String stream) {
        return runDir.resolve("fifo").resolve(name + "." + stream);
    }
}
