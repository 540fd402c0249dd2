package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.Dependencies.Condition;
import io.bulkhead.spec.Dependencies.Dependency;
import io.bulkhead.spec.Hooks;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Instances;
import io.bulkhead.spec.Lifecycle;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SpecFixture;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ProcessId;
import io.bulkhead.status.Progress.Hope;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Several instances of a service that are replaced in turn. */
class RollTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ServiceName FRONT = new ServiceName("front");
    private static final ServiceName SECOND = new ServiceName("web_01");
    private static final ServiceName THIRD = new ServiceName("web_02");

    private final Model model = new Model(new Random(1), new Coverage());

    private static List<ServiceSpec> web(String version, int maxUnavailable) {
        ServiceSpec first =
                SpecFixture.with(SpecFixture.service("web")).workdir(version).build();
        return Stream.of(0, 1, 2)
                .map(i -> first.with(new Instance(WEB, i, new Instances(3, maxUnavailable))))
                .toList();
    }

    /** Everything goes well until nothing is left to be done; the most that were down at a time. */
    private int goWell() {
        int most = 0;
        for (int i = 0; i < 40; i++) {
            model.round();
            most = Math.max(most, down());
            for (ServiceName name : List.copyOf(model.boxes().keySet())) {
                finish(name, true);
            }
            model.passes(Duration.ofMillis(500));
        }
        return most;
    }

    private void finish(ServiceName name, boolean well) {
        Box box = model.boxes().get(name);
        if (box != null && box.signalled) {
            model.ends(name, new ExitStatus.Signaled(15, false, false));
        }
        model.finishes(name, well);
    }

    private int down() {
        return (int) Stream.of(WEB, SECOND, THIRD)
                .filter(name -> model.status(name).state() != ServiceState.RUNNING)
                .count();
    }

    private List<Optional<ProcessId>> processes() {
        return Stream.of(WEB, SECOND, THIRD)
                .map(name -> model.status(name).process())
                .toList();
    }

    private boolean isCurrent(ServiceName name) {
        return !model.desired().isOutdated(name, model.status(name));
    }

    private void run(List<ServiceSpec> specs) {
        model.declare(specs);
        goWell();
        assertEquals(0, down());
    }

    @Test
    void goesOneByOneByNumber() {
        run(web("/1", 1));
        model.declare(web("/2", 1));
        List<ServiceName> order = new ArrayList<>();

        for (int i = 0; i < 60; i++) {
            model.round();
            assertTrue(down() <= 1, () -> model.statuses().toString());
            Stream.of(WEB, SECOND, THIRD)
                    .filter(this::isCurrent)
                    .filter(name -> !order.contains(name))
                    .forEach(order::add);
            List.copyOf(model.boxes().keySet()).forEach(name -> finish(name, true));
            model.passes(Duration.ofMillis(300));
        }

        assertEquals(List.of(WEB, SECOND, THIRD), order);
    }

    @Test
    void goesAsManyAtATimeAsMay() {
        run(web("/1", 2));
        model.declare(web("/2", 2));
        assertEquals(2, goWell());

        model.declare(web("/3", Instances.ALL));
        assertEquals(3, goWell());
    }

    @Test
    void saysWhomTheOthersWaitFor() {
        run(web("/1", 1));
        model.declare(web("/2", 1));
        model.round();
        model.round();

        assertEquals(
                Optional.of(new Waiting("waits for its turn to be replaced: web:web_00 is STOPPING", Hope.SOON)),
                model.status(SECOND).progress().waiting());
    }

    @Test
    void haltsAtTheFirstFailure() {
        run(web("/1", 1));
        List<Optional<ProcessId>> before = processes();
        model.declare(web("/2", 1));
        model.round();
        finish(WEB, true);
        model.round();

        finish(WEB, false);
        model.round();

        assertEquals(ServiceState.BACKOFF, model.status(WEB).state());
        Optional<Waiting> halted = Optional.of(new Waiting(
                "runs as it was until it ends, for the roll has halted: web:web_00 has failed: as the model says",
                Hope.NONE));
        assertEquals(halted, model.status(SECOND).progress().waiting());
        assertEquals(halted, model.status(THIRD).progress().waiting());
        goWell();
        assertEquals(ServiceState.RUNNING, model.status(WEB).state());
        assertEquals(before.subList(1, 3), processes().subList(1, 3), "though the first has come up since");
        assertEquals(halted, model.status(THIRD).progress().waiting());
    }

    private void halt() {
        run(web("/1", 1));
        model.declare(web("/2", 1));
        model.round();
        finish(WEB, true);
        model.round();
        finish(WEB, false);
        model.round();
    }

    @Test
    void startsFromThePresentConfigurationWhoEndsByItselfThoughItHasHalted() {
        halt();
        goWell();
        Optional<ProcessId> third = model.status(THIRD).process();

        model.ends(SECOND, new ExitStatus.Exited(1));
        goWell();

        assertTrue(isCurrent(SECOND));
        assertEquals(ServiceState.RUNNING, model.status(SECOND).state());
        assertEquals(third, model.status(THIRD).process());
        assertTrue(model.status(THIRD)
                .progress()
                .waiting()
                .orElseThrow()
                .reason()
                .startsWith("runs as it was until it ends"));
    }

    @Test
    void goesOnWhenItIsToBeTriedAgain() {
        halt();
        goWell();

        model.forgive();
        assertEquals(1, goWell());

        assertTrue(Stream.of(WEB, SECOND, THIRD).allMatch(this::isCurrent));
    }

    @Test
    void goesOnWhenAnOperatorStartsTheOneThatFailed() {
        halt();

        model.start(WEB);
        goWell();

        assertTrue(Stream.of(WEB, SECOND, THIRD).allMatch(this::isCurrent));
    }

    @Test
    void goesOnWithAnotherConfiguration() {
        halt();

        model.declare(web("/3", 1));
        assertEquals(1, goWell());

        assertTrue(Stream.of(WEB, SECOND, THIRD).allMatch(this::isCurrent));
    }

    @Test
    void leavesWhatWasNeverChangedWhereTheOldConfigurationComesBack() {
        halt();
        List<Optional<ProcessId>> before = processes();

        model.declare(web("/1", 1));
        goWell();

        assertEquals(before.subList(1, 3), processes().subList(1, 3));
        assertEquals(0, down());
    }

    @Test
    void waitsForThoseThatAreDownByThemselves() {
        run(web("/1", 1));
        model.ends(THIRD, new ExitStatus.Exited(1));
        model.declare(web("/2", 1));

        model.round();

        assertEquals(ServiceState.STARTING, model.status(THIRD).state(), "from the new configuration");
        assertEquals(ServiceState.RUNNING, model.status(WEB).state());
        assertEquals(1, goWell());
        assertTrue(Stream.of(WEB, SECOND, THIRD).allMatch(this::isCurrent));
    }

    @Test
    void restartsInTurn() {
        run(web("/1", 1));
        List<Optional<ProcessId>> before = processes();

        Stream.of(WEB, SECOND, THIRD).forEach(model::replace);
        assertEquals(1, goWell());

        List<Optional<ProcessId>> after = processes();
        for (int i = 0; i < 3; i++) {
            assertNotEquals(before.get(i), after.get(i));
        }
        assertEquals(Map.of(), model.desired().replaced());
        goWell();
        assertEquals(after, processes(), "once is enough");
    }

    @Test
    void restartsNoMoreOnceOneHasFailed() {
        run(web("/1", 1));
        List<Optional<ProcessId>> before = processes();
        Stream.of(WEB, SECOND, THIRD).forEach(model::replace);
        model.round();
        finish(WEB, true);
        model.round();

        finish(WEB, false);
        goWell();

        assertEquals(before.subList(1, 3), processes().subList(1, 3));
        assertEquals(Map.of(), model.desired().replaced());
        assertEquals(Optional.empty(), model.status(SECOND).progress().waiting());
    }

    @Test
    void takesNobodyDownWhoNeedsIt() {
        List<ServiceSpec> first = new ArrayList<>(web("/1", 1));
        first.add(front(false));
        run(first);
        Optional<ProcessId> front = model.status(FRONT).process();

        List<ServiceSpec> second = new ArrayList<>(web("/2", 1));
        second.add(front(false));
        model.declare(second);
        assertEquals(1, goWell());

        assertEquals(front, model.status(FRONT).process());
    }

    @Test
    void restartsWhoAsksForItOnceWhenAllAreReplaced() {
        List<ServiceSpec> first = new ArrayList<>(web("/1", 1));
        first.add(front(true));
        run(first);
        int before = model.status(FRONT).process().orElseThrow().pid();

        List<ServiceSpec> second = new ArrayList<>(web("/2", 1));
        second.add(front(true));
        model.declare(second);
        goWell();

        int after = model.status(FRONT).process().orElseThrow().pid();
        assertEquals(4, after - before, "three of them, and then itself");
    }

    private static ServiceSpec front(boolean restart) {
        return SpecFixture.with(SpecFixture.service("front"))
                .lifecycle(new Lifecycle(
                        Lifecycle.Kind.SERVICE,
                        false,
                        new Dependencies(Map.of("web", new Dependency(Condition.READY, restart)), Map.of(), Set.of()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Hooks.NONE))
                .build();
    }
}
