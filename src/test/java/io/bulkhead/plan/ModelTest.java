package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ServiceState;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Random events, in random order, against the planner: what {@link Model} says must never be never is, and once nothing
 * happens any more everything comes to rest as it is wanted. Says its seed where it fails; {@code -Dmodel.seed=N} runs one
 * again, {@code -Dmodel.events=N} says how many events in all.
 */
class ModelTest {
    private static final int EVENTS = Integer.getInteger("model.events", 20_000);
    private static final long SEED = Long.getLong("model.seed", System.nanoTime());
    private static final int EVENTS_A_HOST = 400;
    private static final int SERVICES = 6;
    /** Of a service, at most. */
    private static final int INSTANCES = 4;

    private final Model.Coverage coverage = new Model.Coverage();

    @Test
    void neverGoesWrongAndComesToRest() {
        int hosts = Math.max(1, EVENTS / EVENTS_A_HOST);
        for (int i = 0; i < hosts; i++) {
            long seed = SEED + i;
            try {
                new Host(new Random(seed)).live();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dmodel.seed=" + seed + " -Dmodel.events=1: " + e.getMessage(), e);
            }
        }
        System.out.println("planner: " + hosts * EVENTS_A_HOST + " events; state, what met it, how often\n" + coverage);
        assertMet();
    }

    /** Every state meets whatever can happen in it. */
    private void assertMet() {
        if (EVENTS < 500_000) {
            return;
        }
        Set<String> wanted = new TreeSet<>();
        for (String state : List.of("STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL")) {
            for (String event : List.of(
                    "operator's start",
                    "operator's stop",
                    "declared anew",
                    "not declared",
                    "end of the daemon",
                    "its time")) {
                wanted.add(state + " " + event);
            }
        }
        for (String state : List.of("STARTING", "RUNNING", "STOPPING")) {
            wanted.add(state + " end");
        }
        for (String state : List.of("STARTING", "STOPPING")) {
            wanted.addAll(List.of(state + " end of a hook", state + " done: RunHook", state + " failed: RunHook"));
        }
        wanted.addAll(List.of(
                "RUNNING rolling restart",
                "STARTING rolling restart",
                "STARTING ready",
                "RUNNING ready",
                "STARTING strain",
                "RUNNING strain",
                "STOPPING strain",
                "STARTING unhealthy",
                "RUNNING unhealthy",
                "STARTING done: Start",
                "STARTING failed: Start",
                "STOPPED done: KillGroup",
                "BACKOFF done: KillGroup",
                "EXITED done: KillGroup",
                "STOPPING done: KillGroup",
                "STOPPING failed: KillGroup",
                "STOPPING done: RemoveGroup",
                "STOPPING failed: RemoveGroup"));
        wanted.removeAll(coverage.pairs());
        assertEquals(Set.of(), wanted, "pairs that were never met, of\n" + coverage);
    }

    /** One host, with its own services. */
    private final class Host {
        private static final CronExpression EVERY_MINUTE = CronExpression.parse("* * * * *");
        private static final CronExpression EVERY_TWO = CronExpression.parse("*/2 * * * *");
        private static final CronExpression LEAP_DAY = CronExpression.parse("0 0 29 2 *");

        private final Random random;
        private final Model model;
        private final Map<ServiceName, ServiceSpec> specs = new HashMap<>();

        Host(Random random) {
            this.random = random;
            this.model = new Model(random, coverage);
        }

        void live() {
            for (int i = 0; i < SERVICES; i++) {
                put(i);
            }
            model.declare(specs.values());
            model.round();
            for (int i = 0; i < EVENTS_A_HOST; i++) {
                event();
                if (random.nextInt(3) > 0) {
                    model.round();
                }
            }
            rest();
            assertTrue(model.statuses().keySet().equals(specs.keySet()), "those that are remembered");
            model.stopAll();
            rest();
            model.statuses().forEach((name, status) -> {
                assertTrue(status.process().isEmpty(), name + " lives at the end");
                assertTrue(status.state() != ServiceState.STOPPING, name + " is STOPPING at the end");
            });
        }

        private void event() {
            ServiceName name = any();
            switch (random.nextInt(20)) {
                case 18 -> model.replace(name);
                case 19 -> replaceAll(name);
                case 0 -> model.start(name);
                case 1 -> model.stop(name);
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        redeclare();
                    }
                }
                case 3 -> model.ends(name, exit());
                case 4 -> model.forks(name);
                case 5, 6 -> model.signs(name, true, health(name, HealthState.HEALTHY));
                case 7 -> model.signs(name, random.nextBoolean(), health(name, HealthState.UNHEALTHY));
                case 8, 9, 10 -> model.finishes(name, random.nextInt(5) > 0);
                case 11 -> obey(name);
                case 12 -> model.passes(Duration.ofSeconds(random.nextInt(100)));
                case 13, 14 ->
                    model.hookEnds(name, random.nextInt(4) > 0 ? new ExitStatus.Exited(0) : new ExitStatus.Exited(1));
                case 15 -> model.strains(name);
                default -> model.passes(Duration.ofMillis(random.nextInt(1_500)));
            }
        }

        private HealthState health(ServiceName name, HealthState state) {
            return specs.get(name) != null && specs.get(name).health().isPresent() ? state : HealthState.NONE;
        }

        private ExitStatus exit() {
            return random.nextBoolean()
                    ? new ExitStatus.Exited(random.nextInt(3))
                    : new ExitStatus.Signaled(15, false, false);
        }

        private void obey(ServiceName name) {
            Model.Box box = model.boxes().get(name);
            if (box != null && box.signalled) {
                model.ends(name, new ExitStatus.Signaled(15, false, false));
            }
            if (box != null && box.hook.isSignalled()) {
                model.hookEnds(name, new ExitStatus.Signaled(15, false, false));
            }
        }

        private ServiceName any() {
            int instance = random.nextInt(INSTANCES);
            return new ServiceName("s" + random.nextInt(SERVICES) + (instance == 0 ? "" : "_0" + instance));
        }

        /** One service comes, goes or changes; whoever names one that goes is declared anew, too. */
        private void redeclare() {
            int index = random.nextInt(SERVICES);
            ServiceName name = new ServiceName("s" + index);
            boolean needed = specs.values().stream()
                    .anyMatch(spec -> spec.lifecycle().dependencies().all().contains(name.value()));
            if (specs.containsKey(name) && !needed && random.nextBoolean()) {
                remove(name);
            } else {
                put(index);
            }
            if (random.nextBoolean()) {
                model.forgive(); // as a reload does, but not a daemon that is started anew
            }
            model.declare(specs.values());
        }

        private void remove(ServiceName service) {
            specs.values().removeIf(spec -> spec.instance().service().equals(service));
        }

        /** As many of it as there happen to be, or as there were. */
        private void put(int index) {
            ServiceSpec first = spec(index);
            Instances instances = new Instances(
                    1 + (index % 2 == 0 ? 0 : random.nextInt(INSTANCES)),
                    random.nextInt(4) == 0 ? Instances.ALL : 1 + random.nextInt(2));
            ServiceSpec before = specs.get(first.name());
            if (before != null && random.nextBoolean()) {
                first = before; // only their number changes
            }
            remove(first.name());
            for (int i = 0; i < instances.count(); i++) {
                ServiceSpec spec = first.with(new Instance(first.instance().service(), i, instances));
                specs.put(spec.name(), spec);
            }
        }

        private void replaceAll(ServiceName name) {
            model.forgive();
            specs.values().stream()
                    .filter(spec -> spec.instance().service().equals(name))
                    .forEach(spec -> model.replace(spec.name()));
        }

        private ServiceSpec spec(int index) {
            Lifecycle.Kind kind = random.nextInt(2) == 0 ? Lifecycle.Kind.SERVICE : one(Lifecycle.Kind.values());
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
                Dependency need = new Dependency(
                        random.nextBoolean() ? Condition.READY : Condition.STARTED, random.nextInt(4) == 0);
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

        /** From now on every action succeeds, who is asked to end does, who is asked is well; nobody ends by himself. */
        private void rest() {
            letRun();
            Instant limit = model.now().plus(Duration.ofHours(6));
            int quiet = 0;
            while (quiet < 3) {
                assertTrue(model.now().isBefore(limit), "no rest: " + model.statuses());
                boolean moved = false;
                for (ServiceName name : new ArrayList<>(model.boxes().keySet())) {
                    Model.Box box = model.boxes().get(name);
                    if (box == null) {
                        continue;
                    }
                    boolean oneshot = model.desired()
                            .spec(name)
                            .filter(spec -> spec.lifecycle().ends())
                            .isPresent();
                    boolean busy =
                            box.underWay.isPresent() || (box.signalled && box.main.isPresent()) || !box.hook.isIdle();
                    moved |= busy;
                    model.finishes(name, true);
                    obey(name);
                    model.hookEnds(name, new ExitStatus.Exited(0));
                    if (oneshot && box.main.isPresent() && box.event.isEmpty()) {
                        model.ends(name, new ExitStatus.Exited(0));
                        moved = true;
                    }
                    model.signs(name, true, health(name, HealthState.HEALTHY));
                }
                model.round();
                Optional<Instant> wake = model.wake().filter(at -> at.isAfter(model.now()) && at.isBefore(limit));
                boolean hooked = model.boxes().values().stream().anyMatch(box -> !box.hook.isIdle());
                if (hooked) {
                    moved = true; // it has yet to do what it is there for, in time
                } else if (wake.isPresent()) {
                    model.passes(Duration.between(model.now(), wake.get()));
                    model.round();
                    moved = true;
                }
                quiet = moved ? 0 : quiet + 1;
            }
            settled();
        }

        /** One that may run for so long only, and is to run for ever, would never come to rest. */
        private void letRun() {
            specs.replaceAll((name, spec) -> {
                Lifecycle old = spec.lifecycle();
                return SpecFixture.with(spec)
                        .lifecycle(new Lifecycle(
                                old.kind(),
                                old.remain(),
                                old.dependencies(),
                                old.health(),
                                Optional.empty(),
                                old.schedule().map(Host::rarely),
                                old.hooks()))
                        .build();
            });
            model.declare(specs.values());
        }

        /** One whose time comes every minute would never come to rest. */
        private static Schedule rarely(Schedule old) {
            return new Schedule(LEAP_DAY, old.zone(), old.missed(), old.overlap());
        }

        private void settled() {
            assertEquals(Map.of(), model.desired().replaced(), "those that were never replaced");
            model.statuses().forEach((name, status) -> {
                boolean waits = status.progress().waiting().isPresent();
                boolean runs = new Wanted(model.desired()).runs(name);
                switch (status.state()) {
                    case RUNNING -> {
                        assertTrue(runs, name + " runs and is not wanted");
                        boolean halted = status.progress()
                                .waiting()
                                .filter(w -> w.hopeless())
                                .isPresent();
                        assertTrue(
                                halted || !model.desired().isOutdated(name, status),
                                name + " is outdated and nothing keeps it: " + status);
                    }
                    case STOPPED ->
                        assertTrue(
                                !runs || waits || status.turn().isPresent(),
                                name + " is wanted and nothing keeps it: " + status);
                    case BACKOFF -> assertTrue(waits, name + " is to be tried again and nothing keeps it: " + status);
                    case EXITED, FATAL -> {}
                    default -> assertTrue(false, name + " is " + status.state());
                }
            });
        }
    }
}
