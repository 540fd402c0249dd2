package io.bulkhead.config;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Dependencies.Condition;
import io.bulkhead.spec.Dependencies.Dependency;
import io.bulkhead.spec.HealthPolicy;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.Namespaces;
import io.bulkhead.spec.Probe;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.ServiceName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The keys that say what kind of service it is, whom it needs and how its health is seen. */
final class LifecycleReader {
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Scalar<Duration> TIME = Scalar.duration(Duration.ofMillis(1));
    private static final int MOST_IN_A_ROW = 1_000;
    private static final List<String> PROBES = List.of("exec", "http", "tcp", "watchdog");
    private static final List<String> COUNTED = List.of("interval", "timeout", "failures", "successes");

    private final Section service;

    LifecycleReader(Section service) {
        this.service = service;
    }

    Lifecycle read(Namespaces namespaces) {
        Lifecycle.Kind kind = service.get("type", Scalar.choice(Lifecycle.Kind.class), Lifecycle.DEFAULT.kind());
        boolean remain = service.get("remain", Scalar.bool(), Lifecycle.DEFAULT.remain());
        if (remain && kind != Lifecycle.Kind.ONESHOT) {
            service.conflict(List.of("remain"), "only a service of type = oneshot can remain after its end");
        }
        Optional<Schedule> schedule = new ScheduleReader(service).read(kind == Lifecycle.Kind.SCHEDULED);
        Dependencies dependencies = new Dependencies(needs("requires"), needs("wants"), after());
        return new Lifecycle(
                kind,
                remain,
                dependencies,
                health(namespaces),
                service.get("max-runtime", TIME.or("unlimited"), Lifecycle.DEFAULT.maxRuntime()),
                schedule,
                new HooksReader(service).read());
    }

    private Set<String> after() {
        return new LinkedHashSet<>(service.list("after", Names.SERVICE).orElse(List.of()));
    }

    /** A list of names, or an object that says more of each. */
    private Map<String, Dependency> needs(String key) {
        Map<String, Dependency> needs = new LinkedHashMap<>();
        if (!service.isObject(key)) {
            service.list(key, Names.SERVICE).orElse(List.of()).forEach(name -> needs.put(name, Dependency.DEFAULT));
            return needs;
        }
        Section section = service.section(key);
        for (String name : section.keys()) {
            if (!ServiceName.isValid(name)) {
                section.problem(name, Names.NOT_A_SERVICE);
            } else if (section.isObject(name)) {
                Section need = section.section(name);
                needs.put(
                        name,
                        new Dependency(
                                need.get("condition", Scalar.choice(Condition.class), Dependency.DEFAULT.condition()),
                                need.get("restart", Scalar.bool(), Dependency.DEFAULT.restart())));
                need.done();
            } else {
                section.get(name, Scalar.choice(Condition.class))
                        .ifPresent(condition -> needs.put(name, new Dependency(condition, false)));
            }
        }
        return needs;
    }

    private Optional<HealthPolicy> health(Namespaces namespaces) {
        Section health = service.section("health");
        Optional<Probe> probe = new ProbeReader(health).one(PROBES, namespaces);
        Duration interval = health.get("interval", Scalar.duration(SHORTEST_INTERVAL), HealthPolicy.INTERVAL);
        Duration timeout = health.get("timeout", TIME, HealthPolicy.TIMEOUT);
        int failures = count(health, "failures", HealthPolicy.FAILURES);
        int successes = count(health, "successes", HealthPolicy.SUCCESSES);
        Duration startPeriod = health.get("start-period", Scalar.duration(Duration.ZERO), HealthPolicy.START_PERIOD);
        HealthPolicy.OnFailure onFailure =
                health.get("on-failure", Scalar.choice(HealthPolicy.OnFailure.class), HealthPolicy.OnFailure.RESTART);
        health.done();
        if (probe.filter(Probe.Watchdog.class::isInstance).isPresent()) {
            health.pointless(COUNTED, "on a watchdog: allowed with it are start-period, on-failure");
        } else if (PROBES.stream().noneMatch(health::has)) {
            String why = "alone: one of " + String.join(", ", PROBES) + " is needed";
            health.pointless(COUNTED, why);
            health.pointless(List.of("start-period", "on-failure"), why);
        }
        return probe.map(p -> new HealthPolicy(p, interval, timeout, failures, successes, startPeriod, onFailure));
    }

    private static int count(Section section, String key, int otherwise) {
        return section.get(key, Scalar.integer(1, MOST_IN_A_ROW), (long) otherwise)
                .intValue();
    }
}
