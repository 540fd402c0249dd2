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
        String stderr = fifo(runDir, name, "stderr").toString();
        if (spec.stderr() == LogSpec.Target.NONE) {
            stderr = NOWHERE;
        } else if (spec.stderr() == LogSpec.Target.STDOUT && !(hasTags(spec) && !stdout.equals(NOWHERE))) {
            stderr = stdout;
        }
        return new LogPaths(stdout, stderr);
    }

    /** Whether a stderr that goes where stdout goes has to be told from it. */
    private static boolean hasTags(LogSpec spec) {
        return spec.layout().tags();
    }

    /** Where the output of {@code stream} ({@code stdout} or {@code stderr}) is kept. */
    public static Path logFile(Path logDir, ServiceName name, String stream) {
        return logDir.resolve(name + "." + stream + ".log");
    }

    static Path fifo(Path runDir, ServiceName name, String stream) {
        return runDir.resolve("fifo").resolve(name + "." + stream);
    }
}
