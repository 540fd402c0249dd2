package io.bulkhead.plan;

import io.bulkhead.spec.CronExpression;
import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Dependencies.Condition;
import io.bulkhead.spec.Dependencies.Dependency;
import io.bulkhead.spec.HealthPolicy;
import io.bulkhead.spec.Hook;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.Probe;
import io.bulkhead.spec.RestartPolicy;
import io.bulkhead.spec.Schedule;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.spec.StartPolicy;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a host's configuration declares: services at random, of which those that are needed never go. */
final class ModelSpecs {
    static final int SERVICES = 6;
    /** Of a service, at most. */
    private static final int INSTANCES = 4;

    private static final CronExpression EVERY_MINUTE = CronExpression.parse("* * * * *");
    private static final CronExpression EVERY_TWO = CronExpression.parse("*/2 * * * *");
    private static final CronExpression LEAP_DAY = CronExpression.parse("0 0 29 2 *");

    private final Random random;
    private final Map<ServiceName, ServiceSpec> specs = new TreeMap<>();

    ModelSpecs(Random random) {
        this.random = random;
        for (int i = 0; i < SERVICES; i++) {
            put(i);
        }
    }

    Map<ServiceName, ServiceSpec> specs() {
        return Collections.unmodifiableMap(specs);
    }

    /** Each is worked out once: it takes longer than all else. */
    static Map<ServiceName, Desired.Declared> declared(Collection<ServiceSpec> specs, Desired known) {
        Map<ServiceName, Desired.Declared> all = new HashMap<>();
        for (ServiceSpec spec : specs) {
            Desired.Declared before = known.services().get(spec.name());
            if (before != null && before.spec().equals(spec)) {
                all.put(spec.name(), before);
            } else {
                all.putAll(Desired.Declared.all(List.of(spec)));
            }
        }
        return all;
    }

    /** All of the service that one is an instance of. */
    List<ServiceName> instances(ServiceName service) {
        return specs.values().stream()
                .filter(spec -> spec.instance().service().equals(service))
                .map(ServiceSpec::name)
                .toList();
    }

    /** The name of an instance, of those that there are or of those that there may be. */
    ServiceName any() {
        int instance = random.nextInt(INSTANCES);
        return new ServiceName("s" + random.nextInt(SERVICES) + (instance == 0 ? "" : "_0" + instance));
    }

    /** One service comes, goes or changes. */
    void change() {
        int index = random.nextInt(SERVICES);
        ServiceName name = new ServiceName("s" + index);
        boolean needed = specs.values().stream()
                .anyMatch(spec -> spec.lifecycle().dependencies().all().contains(name.value()));
        if (specs.containsKey(name) && !needed && random.nextBoolean()) {
            instances(name).forEach(specs::remove);
        } else {
            put(index);
        }
    }

    /** There are to be more or fewer of a service, which is else as it was. */
    void scale(ServiceName service) {
        Optional.ofNullable(specs.get(service))
                .ifPresent(first ->
                        put(first, count(), first.instance().instances().maxUnavailable()));
    }

    private int count() {
        return 1 + random.nextInt(INSTANCES);
    }

    /** As many of it as there happen to be, or as there were. */
    private void put(int index) {
        ServiceSpec first = spec(index);
        ServiceSpec before = specs.get(first.name());
        put(
                before != null && random.nextInt(4) == 0 ? before : first, // how they are replaced is all that changes
                index % 2 == 0 ? 1 : count(),
                random.nextInt(4) == 0 ? Instances.ALL : 1 + random.nextInt(2));
    }

    private void put(ServiceSpec first, int count, int maxUnavailable) {
        ServiceName service = first.instance().service();
        instances(service).forEach(specs::remove);
        Instances instances = new Instances(count, maxUnavailable);
        for (int i = 0; i < count; i++) {
            ServiceSpec spec = first.with(new Instance(service, i, instances));
            specs.put(spec.name(), spec);
        }
    }

    private ServiceSpec spec(int index) {
        Lifecycle.Kind kind = random.nextInt(3) == 0 ? Lifecycle.Kind.SERVICE : one(Lifecycle.Kind.values());
        Optional<Schedule> schedule = kind == Lifecycle.Kind.SCHEDULED
                ? Optional.of(new Schedule(
                        random.nextBoolean() ? EVERY_MINUTE : EVERY_TWO,
                        ZoneOffset.UTC,
                        one(Schedule.Missed.values()),
                        one(Schedule.Overlap.values())))
                : Optional.empty();
        Optional<HealthPolicy> health = random.nextInt(3) > 0
                ? Optional.empty()
                : Optional.of(new HealthPolicy(
                        new Probe.Tcp("localhost", 80),
                        HealthPolicy.INTERVAL,
                        HealthPolicy.TIMEOUT,
                        1,
                        1,
                        Duration.ZERO,
                        one(HealthPolicy.OnFailure.values())));
        return SpecFixture.with(SpecFixture.service("s" + index))
                .workdir("/" + random.nextInt(3))
                .autostart(random.nextInt(5) > 0)
                .policy(one(RestartPolicy.When.values()))
                .limit(new RestartPolicy.Limit(
                        random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(2),
                        Duration.ofMinutes(5),
                        random.nextInt(3) == 0 ? Optional.of(Duration.ofSeconds(45)) : Optional.empty()))
                .start(new StartPolicy(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(5),
                        random.nextInt(3) == 0 ? Optional.of(new Probe.Notify()) : Optional.empty(),
                        one(HealthPolicy.OnFailure.values())))
                .lifecycle(new Lifecycle(
                        kind,
                        kind == Lifecycle.Kind.ONESHOT && random.nextBoolean(),
                        dependencies(index),
                        health,
                        random.nextInt(4) == 0 ? Optional.of(Duration.ofSeconds(20)) : Optional.empty(),
                        schedule,
                        hooks(index)))
                .build();
    }

    /** The same each time a service is declared, so that it is known what is owed. */
    private static Hooks hooks(int index) {
        Hook.Where where = index % 2 == 0 ? Hook.Where.CONTAINER : Hook.Where.HOST;
        Optional<Hook> hook = Optional.of(new Hook(List.of("/bin/hook"), Duration.ofSeconds(3), where));
        return new Hooks(index % 3 == 0 ? Optional.empty() : hook, index < 2 ? Optional.empty() : hook);
    }

    /** Only on those before it, so that there is no circle. */
    private Dependencies dependencies(int index) {
        Map<String, Dependency> requires = new HashMap<>();
        Map<String, Dependency> wants = new HashMap<>();
        Set<String> after = new TreeSet<>();
        for (int other = 0; other < index; other++) {
            String name = "s" + other;
            if (!specs.containsKey(new ServiceName(name))) {
                continue;
            }
            Dependency need =
                    new Dependency(random.nextBoolean() ? Condition.READY : Condition.STARTED, random.nextInt(4) == 0);
            switch (random.nextInt(6)) {
                case 0 -> requires.put(name, need);
                case 1 -> wants.put(name, need);
                case 2 -> after.add(name);
                default -> {}
            }
        }
        return new Dependencies(requires, wants, after);
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }

    /** One that may run for so long only, and is to run for ever, would never come to rest. */
    void letRun() {
        specs.replaceAll((name, spec) -> {
            Lifecycle old = spec.lifecycle();
            return SpecFixture.with(spec)
                    .lifecycle(new Lifecycle(
                            old.kind(),
                            old.remain(),
                            old.dependencies(),
                            old.health(),
                            Optional.empty(),
                            old.schedule().map(ModelSpecs::rarely),
                            old.hooks()))
                    .build();
        });
    }

    /** One whose time comes every minute would never come to rest. */
    private static Schedule rarely(Schedule old) {
        return new Schedule(LEAP_DAY, old.zone(), old.missed(), old.overlap());
    }
}
