package io.bulkhead.logs;

import io.bulkhead.spec.ServiceName;
import java.nio.file.Path;

/** Where logs are. */
public final class LogPaths {
    private LogPaths() {}

    /** Where the output of {@code stream} ({@code stdout} or {@code stderr}) is kept. */
    public static Path logFile(Path logDir, ServiceName name, String stream) {
        return logDir.resolve(name + "." + stream + ".log");
    }

    /** The daemon's own. */
    public static Path daemonLog(Path logDir) {
        return logDir.resolve("supervisord.log");
    }
}
