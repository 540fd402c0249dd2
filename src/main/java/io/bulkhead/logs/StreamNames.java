package io.bulkhead.logs;

import io.bulkhead.spec.LogSpec;
import io.bulkhead.spec.ServiceName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which streams a service's standard output and error are: {@code web.stdout}; the same one where they go together, none where
 * they go nowhere.
 */
record StreamNames(Optional<String> stdout, Optional<String> stderr) {
    static StreamNames of(ServiceName name, LogSpec spec) {
        Optional<String> stdout =
                spec.stdout() == LogSpec.Target.NONE ? Optional.empty() : Optional.of(of(name, "stdout"));
        // With tags they come apart, so that they can be told from one another, and go together.
        boolean together = spec.stderr() == LogSpec.Target.STDOUT
                && (spec.stdout() == LogSpec.Target.NONE || !spec.layout().tags());
        if (together) {
            return new StreamNames(stdout, stdout);
        }
        return new StreamNames(
                stdout, spec.stderr() == LogSpec.Target.NONE ? Optional.empty() : Optional.of(of(name, "stderr")));
    }

    /** @param which {@code stdout} or {@code stderr} */
    static String of(ServiceName name, String which) {
        return name + "." + which;
    }

    /** Each once. */
    List<String> all() {
        return Stream.of(stdout, stderr).flatMap(Optional::stream).distinct().toList();
    }
}
