package io.bulkhead.reconcile;

import io.bulkhead.generations.Composition;
import io.bulkhead.generations.Generation;
import io.bulkhead.generations.Generations;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.plan.Desired;
import io.bulkhead.reconcile.Reconfiguration.Applied;
import io.bulkhead.reconcile.Reconfiguration.Request;
import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.SpecKey;
import io.bulkhead.status.Progress.Waiting;
import io.bulkhead.status.ServiceState;
import io.bulkhead.status.ServiceStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generation in force, and how another takes its place: first it is on the disk, then it is in force, then it is true, and,
 * where that was asked for, it is watched, and the one before comes back if it fails.
 *
 * <p>One change at a time, but for the waiting. The monitor is never taken by the loop's thread, which others wait for under it.
 */
final class Enforcement {
    private static final Logger log = LoggerFactory.getLogger(Enforcement.class);

    private final Supervisor supervisor;
    private final Reconciler reconciler;
    private final SpecSource source;
    private final Chronicle chronicle;
    private final Generations generations;
    private volatile Generation current;
    private volatile Composition text;

    /**
     * What is to be in force.
     *
     * @param files the fingerprint of the files as they are
     * @param content the generation that it repeats, against the files if they say something else
     * @param services those that are asked for, whether anything of them changes or not
     */
    record Target(
            HostSpec host,
            Composition text,
            String cause,
            String files,
            OptionalInt content,
            Set<ServiceName> services) {
        Target {
            services = Set.copyOf(services);
        }
    }

    /**
     * A change that was begun.
     *
     * @param again services that an earlier one, which has halted, has not changed altogether
     */
    record Step(Generation generation, Changes changes, HostSpec before, HostSpec after, Set<ServiceName> again) {
        /** Every instance, of before and of now. */
        Set<ServiceName> concerned() {
            Set<ServiceName> services = new TreeSet<>(changes.added());
            services.addAll(changes.removed());
            services.addAll(changes.changed().keySet());
            services.addAll(again);
            Set<ServiceName> concerned = new TreeSet<>(services);
            for (HostSpec host : List.of(before, after)) {
                host.services().values().stream()
                        .filter(spec -> services.contains(spec.instance().service()))
                        .forEach(spec -> concerned.add(spec.name()));
            }
            return concerned;
        }
    }

    Enforcement(
            Supervisor supervisor, Reconciler reconciler, SpecSource source, Chronicle chronicle, Beginning beginning) {
        this.supervisor = supervisor;
        this.reconciler = reconciler;
        this.source = source;
        this.chronicle = chronicle;
        this.generations = beginning.generations();
        this.text = beginning.text();
        this.current = first(beginning);
    }

    private Generation first(Beginning beginning) {
        Optional<Generation> newest = generations.newest();
        String hash = Differences.hash(beginning.host(), false);
        if (newest.isPresent() && beginning.held()) {
            log.warn("{} stays in force, not what the files say: until the next reload", newest.get());
            chronicle.generation(
                    newest.get().number(),
                    newest.get() + " stays in force, not what the files say: until the next reload");
            return newest.get();
        }
        if (newest.isPresent() && !newest.get().held() && newest.get().hash().equals(hash)) {
            return newest.get();
        }
        int number = generations.next();
        Generation first = new Generation(
                number,
                Instant.now(),
                "supervisord",
                "start",
                "",
                hash,
                number,
                beginning.files(),
                false,
                Optional.empty());
        generations.add(first, beginning.text(), beginning.host().supervisor().generations());
        return first;
    }

    Generation current() {
        return current;
    }

    Composition text() {
        return text;
    }

    boolean isRunning(ServiceName name) {
        return reconciler
                .published()
                .getOrDefault(name, ServiceStatus.NEW)
                .process()
                .isPresent();
    }

    /** An earlier generation as it can be now. */
    Target earlier(Generation to, String cause, String files) throws ConfigException {
        try {
            Composition composition = generations.composition(to.number());
            HostSpec host = composition.host(source::load);
            return new Target(
                    host,
                    composition,
                    cause,
                    files,
                    OptionalInt.of(to.content()),
                    host.declared().keySet());
        } catch (IOException e) {
            throw new ConfigException(List.of(new Problem(
                    new io.bulkhead.spec.Origin("generation " + to.number(), 0),
                    "",
                    Optional.empty(),
                    "cannot be read: " + e.getMessage())));
        }
    }

    /** Services of which some instances are still as they were before the last change, and why, a sentence each. */
    List<String> halted() {
        Map<ServiceName, List<ServiceReport>> reports = new TreeMap<>();
        for (ServiceReport report : supervisor.reports()) {
            reports.computeIfAbsent(report.instance().service(), name -> new ArrayList<>())
                    .add(report);
        }
        List<String> halted = new ArrayList<>();
        reports.forEach((service, instances) -> {
            List<ServiceReport> left = instances.stream()
                    .filter(report -> report.roll() == ServiceReport.Roll.HALTED)
                    .toList();
            if (!left.isEmpty()) {
                halted.add(service + ": " + left.size() + " of " + instances.size() + " instances: "
                        + left.get(0).reason());
            }
        });
        return halted;
    }

    Applied enforce(Target target, Request request) {
        return finish(begin(target, request));
    }

    /** Puts it on the disk, and in force. */
    synchronized Step begin(Target target, Request request) {
        HostSpec before = supervisor.inForceNow();
        Changes changes = Differences.between(before, target.host());
        Generation generation = generation(target, changes, request);
        if (generation.number() != current.number()) {
            generations.add(
                    generation, target.text(), target.host().supervisor().generations());
            generations.settle(current.number());
        }
        current = generation;
        text = target.text();
        return supervisor.onLoop(() -> {
            Checkpoint.RELOAD_READ.reached();
            Set<ServiceName> again = tryAgain(target.services());
            supervisor.putInForce(target.host());
            Checkpoint.RELOAD_IN_FORCE.reached();
            chronicle.changed(
                    target.content().isPresent() ? target.cause() : "read again", generation.number(), changes);
            return CompletableFuture.completedFuture(new Step(generation, changes, before, target.host(), again));
        });
    }

    /** Of the loop's thread: what has failed keeps no other instances of the services from being changed any more. */
    private Set<ServiceName> tryAgain(Set<ServiceName> services) {
        Set<ServiceName> again = new TreeSet<>();
        for (ServiceName name : reconciler.known()) {
            ServiceName service = supervisor.names().of(name).service();
            if (services.contains(service)) {
                if (isOutdated(name)) {
                    again.add(service);
                }
                reconciler.forgive(name);
            }
        }
        return again;
    }

    private boolean isOutdated(ServiceName name) {
        return reconciler.status(name).filter(s -> !isCurrent(name, s)).isPresent();
    }

    private boolean isCurrent(ServiceName name, ServiceStatus status) {
        Desired.Declared declared = reconciler.desired().services().get(name);
        return status.process().isEmpty() || (declared != null && !declared.outdates(status));
    }

    /** The one in force, where nothing else would be. */
    private Generation generation(Target target, Changes changes, Request request) {
        String hash = Differences.hash(target.host(), false);
        boolean held = target.content().isPresent() && !target.text().isOf(target.files());
        if (changes.isEmpty() && hash.equals(current.hash()) && held == current.held()) {
            return current;
        }
        int number = generations.next();
        return new Generation(
                number,
                Instant.now(),
                request.by(),
                target.cause(),
                Chronicle.summary(changes),
                hash,
                target.content().orElse(number),
                target.files(),
                held,
                request.watch().flatMap(length -> watch(target.host(), changes, length)));
    }

    /** Of what is new or changed; what didn't work before and is not started anew is not its fault. */
    private Optional<Generation.Watch> watch(HostSpec host, Changes changes, Duration length) {
        List<String> services = new ArrayList<>();
        changes.added().forEach(name -> services.add(name.value()));
        changes.changed().forEach((name, keys) -> {
            boolean anew = keys.stream().anyMatch(key -> key.effect() == SpecKey.Effect.RESTART);
            if (anew || host.declared(name.value()).stream().anyMatch(spec -> isRunning(spec.name()))) {
                services.add(name.value());
            }
        });
        return services.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Generation.Watch(current.number(), Instant.now().plus(length), services));
    }

    /** Waits until it is true, or it is clear that it won't be. */
    Applied finish(Step step) {
        Optional<String> failure = step.generation()
                .watch()
                .filter(watch -> step.generation().number() == current.number())
                .flatMap(watch -> watched(step.generation(), watch, false));
        if (failure.isEmpty()) {
            waitFor(step);
        }
        return new Applied(step.changes(), List.of(), current.number(), failure);
    }

    private void waitFor(Step step) {
        supervisor.onLoop(() -> reconciler.when(() -> step.concerned().stream().allMatch(this::isTrue)));
    }

    /** What became of a generation that was watched, where it isn't in force any more. */
    private Optional<String> watched(Generation generation, Generation.Watch task, boolean resumed) {
        Watch watch = new Watch(reconciler, task, resumed);
        Optional<String> failure = supervisor.onLoop(
                () -> watch.begin(supervisor, () -> current.number() != generation.number() || supervisor.isEnding()));
        Step back;
        synchronized (this) {
            if (current.number() != generation.number()) {
                return Optional.of("it was not watched to the end: " + current + " took its place");
            }
            if (supervisor.isEnding()) {
                return Optional.of("it was not watched to the end: the daemon ends, and the next one goes on");
            }
            if (failure.isEmpty()) {
                confirm(generation, task);
                return Optional.empty();
            }
            try {
                back = goBack(generation, task, failure.get());
            } catch (ConfigException e) {
                generations.settle(generation.number());
                String why = failure.get() + "; generation " + task.back() + " cannot come back: "
                        + e.problems().get(0);
                log.error("{}", why);
                return Optional.of(why);
            }
        }
        waitFor(back);
        return Optional.of(failure.get() + "; generation " + task.back() + " is in force again, as generation "
                + back.generation().number());
    }

    private void confirm(Generation generation, Generation.Watch task) {
        generations.settle(generation.number());
        current = generation.settled();
        supervisor.post(() -> chronicle.generation(
                generation.number(),
                "generation " + generation.number() + " is confirmed: " + String.join(", ", task.services())
                        + (task.services().size() == 1 ? " is up" : " are up")));
    }

    private Step goBack(Generation generation, Generation.Watch task, String failure) throws ConfigException {
        Generation to = generations
                .get(task.back())
                .orElseThrow(() -> new ConfigException(List.of(new Problem(
                        new io.bulkhead.spec.Origin("generation " + task.back(), 0),
                        "",
                        Optional.empty(),
                        "is not kept any more"))));
        return begin(
                earlier(to, "back to " + to.number() + ", for " + failure, generation.files()),
                new Request("supervisord", Optional.empty()));
    }

    /** Of the loop's thread, so somebody else has to wait. */
    void goOnWatching() {
        Generation generation = current;
        generation.watch().ifPresent(task -> {
            Thread thread = new Thread(
                    () -> watched(generation, task, true).ifPresent(what -> log.warn("{}: {}", generation, what)),
                    "watch-" + generation.number());
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** Whether a service is as the configuration in force has it, or has failed to be. */
    private boolean isTrue(ServiceName name) {
        Optional<ServiceStatus> status = reconciler.status(name);
        if (!reconciler.desired().services().containsKey(name)) {
            return status.isEmpty() && !reconciler.isBusy(name);
        }
        if (status.isEmpty() || reconciler.isBusy(name) || reconciler.hasDifferences(name)) {
            return false;
        }
        ServiceState state = status.get().state();
        // A start that is late and has a reason goes on for ever: start.on-failure = nothing.
        boolean late = state == ServiceState.STARTING && !status.get().reason().isEmpty();
        if (state == ServiceState.STOPPING || (state == ServiceState.STARTING && !late)) {
            return false;
        }
        Optional<Waiting> waiting = status.get().progress().waiting();
        return waiting.map(Waiting::decided).orElseGet(() -> isCurrent(name, status.get()));
    }
}
