package io.bulkhead.health;

import io.bulkhead.libc.Linux;
import io.bulkhead.spec.Probe;
import java.time.Duration;
import java.util.Optional;

/** From what is configured to what is asked. */
final class Questions {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    /** A launch costs some milliseconds. */
    private static final Duration SHORTEST_EXEC_PAUSE = Duration.ofMillis(50);

    private final ProbeLoop loop;
    private final Linux linux;

    private final Entrants entrants;

    Questions(ProbeLoop loop, Linux linux, Entrants entrants) {
        this.loop = loop;
        this.linux = linux;
        this.entrants = entrants;
    }

    /** Empty where the service tells by itself. */
    Optional<Question> of(Probe probe, Subject subject) {
        if (probe instanceof Probe.Tcp tcp) {
            return Optional.of(new TcpQuestion(loop, linux, subject.target(tcp.host(), tcp.port())));
        }
        if (probe instanceof Probe.Http http) {
            return Optional.of(new HttpQuestion(loop, linux, subject.target(http.host(), http.port()), http.path()));
        }
        if (probe instanceof Probe.Exec exec) {
            return Optional.of(new ExecQuestion(loop, linux, entrants, subject, exec.command()));
        }
        return Optional.empty();
    }

    /** How long there is to be between two of them at least. */
    static Duration shortestPause(Probe probe) {
        return probe instanceof Probe.Exec ? SHORTEST_EXEC_PAUSE : SHORTEST_PAUSE;
    }
}
