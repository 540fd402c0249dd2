package io.bulkhead.health;

import io.bulkhead.spec.NetworkNamespace;
import io.bulkhead.spec.Probe;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ProcessId;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A process of a service that is to be asked.
 *
 * @param spec what it is to be asked stands there
 * @param process the service's main process
 * @param pidfd of that; whoever is given the subject closes it
 * @param age since its launch
 * @param ready whether it has been found ready before, and need not be asked that again
 */
public record Subject(ServiceSpec spec, ProcessId process, int pidfd, Duration age, boolean ready) {
    /** Where it listens. */
    Target target(String host, int port) {
        boolean foreign = !(spec.namespaces().net() instanceof NetworkNamespace.Host);
        return new Target(host, port, foreign ? OptionalInt.of(pidfd) : OptionalInt.empty());
    }

    Subject with(ServiceSpec next) {
        return new Subject(next, process, pidfd, age, ready);
    }

    Subject with(ProcessId nextProcess, int nextPidfd) {
        return new Subject(spec, nextProcess, nextPidfd, age, ready);
    }

    boolean tellsReadiness() {
        return spec.start().ready().filter(Probe.Notify.class::isInstance).isPresent();
    }
}
