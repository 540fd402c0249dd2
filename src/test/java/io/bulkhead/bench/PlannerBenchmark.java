package io.bulkhead.bench;

import io.bulkhead.plan.Desired;
import io.bulkhead.plan.Plan;
import io.bulkhead.plan.Planner;
import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Dependencies.Dependency;
import io.bulkhead.spec.Drift;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a round's plan costs on a large host: all services run, or one of them has just ended or has another configuration.
 *
 * <p>{@code mvn -Pbench test-compile exec:exec -Dbench=PlannerBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
// The daemon's own flags.
@Fork(
        value = 1,
        jvmArgs = {"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlannerBenchmark {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = START.plusSeconds(60);

    @Param({"5000"})
    private int services;

    private final Planner planner = new Planner(() -> 0.5);
    private final Map<ServiceName, ServiceStatus> statuses = new HashMap<>();
    private Desired steady = Desired.NOTHING;
    private Desired changed = Desired.NOTHING;
    private Observed calm = new Observed(Map.of(), Set.of());
    private Observed oneEnded = calm;

    /** Ten layers, each service of which requires two of the layer below. */
    private ServiceSpec service(int index) {
        int layer = services / 10;
        Map<String, Dependency> requires = index < layer
                ? Map.of()
                : Map.of(
                        "service-" + (index - layer), Dependency.DEFAULT,
                        "service-" + (index / layer * layer - layer + (index + 1) % layer), Dependency.DEFAULT);
        Lifecycle lifecycle = Lifecycle.DEFAULT;
        return SpecFixture.with(SpecFixture.service("service-" + index))
                .lifecycle(new Lifecycle(
                        lifecycle.kind(),
                        lifecycle.remain(),
                        new Dependencies(requires, Map.of(), Set.of()),
                        lifecycle.health(),
                        lifecycle.maxRuntime(),
                        lifecycle.schedule(),
                        lifecycle.hooks()))
                .build();
    }

    @Setup
    public void makeServices() {
        List<ServiceSpec> specs = new ArrayList<>();
        for (int i = 0; i < services; i++) {
            specs.add(service(i));
        }
        Map<ServiceName, Desired.Declared> declared = Desired.Declared.all(specs);
        steady = new Desired(declared, Map.of(), Map.of(), false);
        ServiceSpec other = SpecFixture.with(specs.get(services / 2))
                .command("/bin/other")
                .drift(Drift.WARN)
                .build();
        Map<ServiceName, Desired.Declared> edited = new HashMap<>(declared);
        edited.putAll(Desired.Declared.all(List.of(other)));
        changed = new Desired(edited, Map.of(), Map.of(), false);
        Map<ServiceName, Observed.Service> seen = new HashMap<>();
        declared.forEach((name, service) -> {
            ProcessId process = new ProcessId(1000 + seen.size(), 1);
            statuses.put(
                    name,
                    ServiceStatus.adopted(process, Optional.of(service.launchHash()), START)
                            .applied(
                                    Optional.of(service.launchHash()),
                                    service.spec().limits(),
                                    service.spec().stop())
                            .with(ServiceState.RUNNING));
            seen.put(name, new Observed.Service(Optional.empty(), true, true, List.of(), false));
        });
        calm = new Observed(seen, Set.of());
        Map<ServiceName, Observed.Service> ended = new HashMap<>(seen);
        ProcessId gone =
                statuses.getOrDefault(other.name(), ServiceStatus.NEW).process().orElseThrow();
        ended.put(
                other.name(),
                new Observed.Service(
                        Optional.of(new ProcessEvent.Ended(gone, new ExitStatus.Exited(1), NOW)),
                        true,
                        false,
                        List.of(),
                        false));
        oneEnded = new Observed(ended, Set.of());
        require(steady(), 0);
        require(oneEnded(), 1);
        require(oneChanged(), 1);
    }

    private static void require(Plan plan, int actions) {
        if (plan.actions().size() != actions) {
            throw new IllegalStateException(plan.actions().toString());
        }
    }

    /** Nothing is to be done. */
    @Benchmark
    public Plan steady() {
        return planner.plan(steady, statuses, calm, NOW);
    }

    /** One has ended and is started again. */
    @Benchmark
    public Plan oneEnded() {
        return planner.plan(steady, statuses, oneEnded, NOW);
    }

    /** One is declared otherwise and is stopped. */
    @Benchmark
    public Plan oneChanged() {
        return planner.plan(changed, statuses, calm, NOW);
    }
}
