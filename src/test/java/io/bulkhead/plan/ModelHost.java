package io.bulkhead.plan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.HealthState;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/** One host with services of its own: what happens to them, at random, and how they come to rest. */
final class ModelHost {
    private static final int EVENTS = 400;
    /** While the daemon ends. */
    private static final int LAST_EVENTS = 40;

    private final Random random;
    private final Model model;
    private final ModelSpecs declared;
    /** Of so many launches, and of whatever else is to succeed, one fails: on some hosts hardly any do, on others half. */
    private final int luck;

    ModelHost(Random random, Coverage coverage) {
        this.random = random;
        this.model = new Model(random, coverage);
        this.declared = new ModelSpecs(random);
        this.luck = 2 + random.nextInt(5);
    }

    /** From its first services to the end of its daemon; how many events that was. */
    int live() {
        declare();
        model.round();
        happen(EVENTS);
        // A daemon is told to end whatever its services do.
        if (random.nextBoolean()) {
            rest();
            assertTrue(model.statuses().keySet().equals(declared.specs().keySet()), "those that are remembered");
        }
        model.stopAll();
        happen(LAST_EVENTS);
        rest();
        model.statuses().forEach((name, status) -> {
            assertTrue(status.process().isEmpty(), name + " lives at the end");
            assertTrue(status.state() != ServiceState.STOPPING, name + " is STOPPING at the end");
        });
        return EVENTS + LAST_EVENTS;
    }

    private void declare() {
        model.declare(declared.specs().values());
    }

    private void happen(int events) {
        for (int i = 0; i < events; i++) {
            switch (random.nextInt(4)) {
                case 0 -> operate(any());
                case 1 -> one(box -> box.main.isPresent()).ifPresent(this::live);
                case 2 -> end();
                default -> model.passes(random.nextInt(15) == 0 ? upTo(100_000) : upTo(800));
            }
            if (random.nextInt(3) > 0) {
                model.round();
            }
        }
    }

    /** What an operator does. */
    private void operate(ServiceName name) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> model.start(name);
            case 3 -> model.stop(name);
            case 4 -> redeclare();
            case 5 -> scale(name);
            case 6 -> model.replace(name);
            case 7 -> replaceAll(name);
            default -> model.reload(name);
        }
    }

    /** What one does that runs. */
    private void live(ServiceName name) {
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> model.ends(name, exit());
            case 3, 4 -> model.forks(name);
            case 5 -> model.signs(name, random.nextBoolean(), health(name, HealthState.UNHEALTHY));
            case 6 -> model.strains(name);
            case 7, 8 -> obey(name);
            case 9 -> model.moves(name, 1 + random.nextInt(2), random.nextBoolean());
            default -> model.signs(name, true, health(name, HealthState.HEALTHY));
        }
    }

    /** What was begun comes to its end. */
    private void end() {
        switch (random.nextInt(4)) {
            case 0 -> one(box -> !box.hook.isIdle()).ifPresent(this::hookEnds);
            case 1 -> one(box -> box.reloads).ifPresent(model::reloadEnds);
            default ->
                one(box -> box.underWay.isPresent()).ifPresent(name -> model.finishes(name, random.nextInt(luck) > 0));
        }
    }

    private void hookEnds(ServiceName name) {
        model.hookEnds(name, new ExitStatus.Exited(random.nextInt(luck) > 0 ? 0 : 1));
    }

    /** One that there is something of, or perhaps none that there is. */
    private ServiceName any() {
        return Optional.of(declared.any())
                .filter(name -> random.nextInt(8) == 0)
                .or(() -> one(box -> true))
                .orElseGet(declared::any);
    }

    private Optional<ServiceName> one(Predicate<Box> which) {
        List<ServiceName> names = model.boxes().entrySet().stream()
                .filter(entry -> which.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(names.get(random.nextInt(names.size())));
    }

    private Duration upTo(int millis) {
        return Duration.ofMillis(random.nextInt(millis));
    }

    private HealthState health(ServiceName name, HealthState state) {
        return model.desired().spec(name).flatMap(ServiceSpec::health).isPresent() ? state : HealthState.NONE;
    }

    private ExitStatus exit() {
        return random.nextBoolean()
                ? new ExitStatus.Exited(random.nextInt(3))
                : new ExitStatus.Signaled(15, false, false);
    }

    private void obey(ServiceName name) {
        Box box = model.boxes().get(name);
        if (box != null && box.signalled) {
            model.ends(name, new ExitStatus.Signaled(15, false, false));
        }
        if (box != null && box.hook.isSignalled()) {
            model.hookEnds(name, new ExitStatus.Signaled(15, false, false));
        }
    }

    private void redeclare() {
        declared.change();
        if (random.nextBoolean()) {
            model.forgive(); // as a reload does, but not a daemon that is started anew
        }
        declare();
    }

    private void scale(ServiceName name) {
        model.desired().spec(name).map(spec -> spec.instance().service()).ifPresent(service -> {
            declared.scale(service);
            model.scale(service, declared.specs().values());
        });
    }

    private void replaceAll(ServiceName name) {
        model.forgive();
        model.desired()
                .spec(name)
                .map(spec -> declared.instances(spec.instance().service()))
                .ifPresent(all -> all.forEach(model::replace));
    }

    /** From now on every action succeeds, who is asked to end does, who is asked is well; nobody ends by himself. */
    private void rest() {
        declared.letRun();
        declare();
        Instant limit = model.now().plus(Duration.ofHours(6));
        int quiet = 0;
        while (quiet < 3) {
            assertTrue(model.now().isBefore(limit), "no rest: " + model.statuses());
            boolean moved = false;
            for (ServiceName name : new ArrayList<>(model.boxes().keySet())) {
                Box box = model.boxes().get(name);
                if (box == null) {
                    continue;
                }
                boolean oneshot = model.desired()
                        .spec(name)
                        .filter(spec -> spec.lifecycle().ends())
                        .isPresent();
                boolean busy = box.underWay.isPresent()
                        || (box.signalled && box.main.isPresent())
                        || !box.hook.isIdle()
                        || box.reloads;
                moved |= busy;
                model.finishes(name, true);
                model.reloadEnds(name);
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

    private void settled() {
        model.desired()
                .replaced()
                .forEach((name, process) ->
                        assertTrue(isKept(name, model.status(name)), name + " is not replaced and nothing keeps it"));
        model.statuses().forEach((name, status) -> {
            boolean waits = status.progress().waiting().isPresent();
            boolean runs = new Wanted(model.desired()).runs(name);
            switch (status.state()) {
                case RUNNING -> {
                    assertTrue(runs, name + " runs and is not wanted");
                    assertTrue(
                            isKept(name, status) || !model.desired().isOutdated(name, status),
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

    /** Whether it is not to be replaced: the roll has halted, or others of it are down already and wait in turn. */
    private boolean isKept(ServiceName name, ServiceStatus status) {
        if (status.progress().waiting().isEmpty()) {
            return false;
        }
        return status.progress().waiting().get().hopeless()
                || model.desired().spec(name).stream()
                        .flatMap(spec -> model
                                .desired()
                                .graph()
                                .members(spec.instance().service().value())
                                .stream())
                        .map(model::status)
                        .anyMatch(other -> other.process().isEmpty()
                                && other.progress().waiting().isPresent());
    }
}
