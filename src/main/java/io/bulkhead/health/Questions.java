package io.bulkhead.health;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Probe;
import java.time.Duration;
import java.util.Optional;

/** From what is configured to what is asked. */
final class Questions {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

    private final ProbeLoop loop;
    private final Linux linux;

    Questions(ProbeLoop loop, Linux linux) {
        this.loop = loop;
        this.linux = linux;
    }

    /** Empty where the service tells by itself. */
    Optional<Question> of(Probe probe, Subject subject) {
        if (probe instanceof Probe.Tcp tcp) {
            return Optional.of(new TcpQuestion(loop, linux, subject.target(tcp.host(), tcp.port())));
        }
        if (probe instanceof Probe.Http http) {
            return Optional.of(new HttpQuestion(loop, linux, subject.target(http.host(), http.port()), http.path()));
        }
        return Optional.empty();
    }

    /** How long there is to be between two of them at least. */
    Duration shortestPause() {
        return SHORTEST_PAUSE;
    }
}
