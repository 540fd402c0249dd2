package io.bulkhead.reconcile;

import io.bulkhead.cgroup.CgroupDriver;
import io.bulkhead.events.History;
import io.bulkhead.health.Findings;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.libc.Linux;
import io.bulkhead.logs.LogPump;
import io.bulkhead.plan.Desired;
import io.bulkhead.plan.Planner;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.Problem;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.spec.SupervisorSpec;
import io.bulkhead.status.ExitStatus;
import io.bulkhead.status.ServiceStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The loop and the configuration in force. {@link #run} is the loop's thread; {@link #operations} is for everybody.
 */
public final class Supervisor implements AutoCloseable {
    private final KernelSide kernel;
    private final EventLoop loop;
    private final Actuator actuator;
    private final Reconciler reconciler;
    private final OperatorCommands operations;
    private final Configurations configurations;
    private final OneOffs oneOffs;
    private final Listener listener;
    /** Of the loop's thread. */
    private HostSpec inForce;
    /** Of all that is declared. */
    private volatile ServiceNames names;

    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile boolean ending;
    /** What is to become of the services, where whoever ends the daemon has said so. Of the loop's thread. */
    private Optional<SupervisorSpec.OnExit> asked = Optional.empty();

    /**
     * Makes everything ready and begins nothing.
     *
     * @param beginning what is in force first
     * @param source asked at each reload
     */
    public Supervisor(
            Beginning beginning,
            SpecSource source,
            Linux linux,
            CgroupDriver cgroups,
            LogPump logs,
            History history,
            Listener listener)
            throws ErrnoException {
        Chronicle chronicle = new Chronicle(history);
        HostSpec initial = beginning.host();
        this.listener = listener;
        Path runDir = initial.supervisor().runDir();
        this.kernel = KernelSide.of(linux, cgroups, logs, initial.supervisor());
        this.loop = new EventLoop(linux);
        Worker worker = new Worker(kernel);
        this.actuator = new Actuator(kernel, loop, worker);
        this.reconciler = new Reconciler(
                kernel,
                loop,
                new Planner(() -> ThreadLocalRandom.current().nextDouble()),
                actuator,
                chronicle,
                initial.supervisor().reconcileInterval());
        logs.listener((name, what) -> loop.post(() -> chronicle.output(name, what)));
        this.inForce = initial;
        this.names = new ServiceNames(List.of());
        Sessions sessions = new Sessions(linux, this::whenEnded);
        this.oneOffs = new OneOffs(linux, this, reconciler, new OneOffFiles(runDir, source), sessions);
        worker.attend(oneOffs);
        this.configurations = new Configurations(this, reconciler, source, kernel, listener, chronicle, beginning);
        this.operations = new OperatorCommands(
                this,
                reconciler,
                kernel,
                configurations,
                history,
                chronicle,
                sessions,
                new Commands(this, reconciler, kernel, sessions),
                oneOffs);
    }

    public Operations operations() {
        return operations;
    }

    /** Who wants to know how the daemon is: systemd. All but {@link #beat} may be called by any thread. */
    public interface Listener {
        /** How often {@link #beat} wants to be called by the loop; zero: never. */
        Duration heartbeat();

        /** The loop is alive. */
        void beat();

        void reloading();

        /** The end of {@link #reloading}, whatever came of it. */
        void reloaded();
    }

    /**
     * Takes up what runs and keeps the desired state until {@link #end}; returns when all that is to be taken down is.
     *
     * @param serve run once, before anything is started: if it throws, nothing has happened
     * @param ready run once, after the first round
     */
    public void run(Runnable serve, Runnable ready) throws ErrnoException, IOException {
        serve.run();
        oneOffs.adopt();
        Desired said = new Adoption(kernel, reconciler, everything()).adopt();
        for (ServiceName name : oneOffs.ended()) {
            said = said.withOverride(name, false);
        }
        reconciler.desire(said, inForce.supervisor().reconcileInterval());
        kernel.logs().keep((pidfd, ended) -> loop.post(() -> watchEnd(pidfd, ended)));
        putInForce(inForce);
        oneOffs.tend();
        Instant nextBeat = Instant.EPOCH;
        reconciler.round();
        begun.countDown();
        configurations.goOnWatching();
        ready.run();
        while (true) {
            Instant until = reconciler.round();
            if (isOver()) {
                break;
            }
            Duration beat = listener.heartbeat();
            if (!beat.isZero()) {
                Instant now = Instant.now();
                if (!now.isBefore(nextBeat)) {
                    listener.beat();
                    nextBeat = now.plus(beat);
                }
                until = nextBeat.isBefore(until) ? nextBeat : until;
            }
            loop.await(until);
        }
        if (onExit() == SupervisorSpec.OnExit.STOP) {
            clean();
        }
    }

    private void watchEnd(int pidfd, Runnable ended) {
        try {
            loop.watch(pidfd, () -> {
                loop.unwatch(pidfd);
                kernel.linux().close(pidfd);
                ended.run();
            });
        } catch (ErrnoException e) {
            kernel.linux().close(pidfd); // as if it were never seen to end
        }
    }

    private boolean isOver() {
        return ending && (onExit() == SupervisorSpec.OnExit.KEEP || reconciler.isQuiet());
    }

    private SupervisorSpec.OnExit onExit() {
        return asked.orElse(inForce.supervisor().onExit());
    }

    /** Nothing is left of a daemon that stops its services. */
    private void clean() throws ErrnoException {
        for (String group : kernel.cgroups().list()) {
            kernel.cgroups().remove(group);
        }
        kernel.cgroups().removeParentIfEmpty();
        kernel.logs().endKeeping();
        oneOffs.forget();
        for (ServiceName name : reconciler.published().keySet()) {
            kernel.logs().remove(name);
            try {
                if (!reconciler.desired().overrides().containsKey(name)) {
                    kernel.records().delete(name);
                }
            } catch (IOException e) {
                // It lies in a directory that a reboot clears, and names a process that is gone.
            }
        }
    }

    /**
     * Ends {@link #run}; for any thread.
     *
     * @param what becomes of the services; empty: what {@code on-exit} says
     */
    public void end(Optional<SupervisorSpec.OnExit> what) {
        loop.post(() -> {
            ending = true;
            asked = what.or(() -> asked);
            if (onExit() == SupervisorSpec.OnExit.STOP) {
                reconciler.desire(
                        reconciler.desired().stoppingAll(), inForce.supervisor().reconcileInterval());
            }
        });
    }

    /** Of the loop's thread. */
    HostSpec inForce() {
        return inForce;
    }

    /** Of the loop's thread: operators' overrides of services that stay are kept. */
    void putInForce(HostSpec next) {
        Map<ServiceName, String> broken = new HashMap<>();
        next.broken().forEach((name, problems) -> broken.put(name, Problem.brief(problems)));
        next.services().forEach((name, spec) -> {
            if (inForce.services().containsKey(name)) {
                kernel.logs().update(name, spec.log());
            }
        });
        inForce = new HostSpec(inForce.supervisor().changedLive(next.supervisor()), next.services(), next.broken());
        names = namesOf(everything());
        // What runs of a service that can't run now is left alone, whichever of its instances it is.
        for (ServiceName name : reconciler.known()) {
            String why = broken.get(names.of(name).service());
            if (why != null && !next.services().containsKey(name)) {
                broken.put(name, why);
            }
        }
        Map<ServiceName, Boolean> overrides =
                Overrides.of(reconciler.desired(), next.services().values());
        overrides
                .keySet()
                .removeIf(name -> !next.services().containsKey(name)
                        && !broken.containsKey(name)
                        && !oneOffs.specs().containsKey(name));
        reconciler.desire(
                new Desired(Desired.Declared.all(everything().services().values()), broken, overrides, ending)
                        .replacing(reconciler.desired().replaced()),
                next.supervisor().reconcileInterval());
    }

    private static ServiceNames namesOf(HostSpec everything) {
        List<Instance> instances = new ArrayList<>();
        everything.services().values().forEach(spec -> instances.add(spec.instance()));
        everything.broken().keySet().forEach(name -> instances.add(Instance.only(name)));
        return new ServiceNames(instances);
    }

    /** What everything that is declared is called; for any thread. Waits until that is known. */
    ServiceNames names() {
        awaitFirstRound();
        return names;
    }

    /** Of the loop's thread: the one-off commands have changed. */
    void desireAll() {
        putInForce(inForce);
    }

    /** Of the loop's thread: whether a service is to run, whatever is declared. */
    void override(ServiceName name, boolean run) {
        reconciler.desire(
                reconciler.desired().withOverride(name, run),
                inForce.supervisor().reconcileInterval());
    }

    boolean isEnding() {
        return ending;
    }

    /** Of the loop's thread: what is declared, with the one-off commands; who declares one of the same name takes it over. */
    HostSpec everything() {
        SortedMap<ServiceName, ServiceSpec> services = new TreeMap<>(oneOffs.specs());
        services.keySet().removeAll(inForce.broken().keySet());
        services.putAll(inForce.services());
        return new HostSpec(inForce.supervisor(), services, inForce.broken());
    }

    /** The same as another thread may see it. */
    HostSpec everythingNow() {
        return onLoop(() -> CompletableFuture.completedFuture(everything()));
    }

    /** Has something done by the loop's thread, soon. */
    void post(Runnable task) {
        loop.post(task);
    }

    /** Has {@code ended} told, by the loop's thread, how a child ended; closes its descriptor. */
    private void whenEnded(int pidfd, Consumer<ExitStatus> ended) {
        loop.post(() -> {
            try {
                loop.watch(pidfd, () -> {
                    loop.unwatch(pidfd);
                    ended(pidfd, ended);
                });
            } catch (ErrnoException e) {
                ended(pidfd, ended);
            }
        });
    }

    /** Closes it last: until it is told, somebody may send a signal by it. */
    private void ended(int pidfd, Consumer<ExitStatus> ended) {
        ended.accept(endOf(pidfd));
        kernel.linux().close(pidfd);
    }

    private ExitStatus endOf(int pidfd) {
        try {
            return kernel.linux()
                    .processes()
                    .waitStatus(pidfd)
                    .map(ExitStatus::ofWaitStatus)
                    .orElse(new ExitStatus.Unknown(false));
        } catch (ErrnoException e) {
            return new ExitStatus.Unknown(false);
        }
    }

    /** Runs something by the loop's thread and waits for what it returns to complete. */
    <T> T onLoop(Supplier<CompletableFuture<T>> task) {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        CompletableFuture<T> result = turn.thenCompose(nothing -> task.get());
        // Only now: what is chained to a future that is complete already would run on this thread.
        loop.post(() -> turn.complete(null));
        return result.join();
    }

    /** The configuration in force as another thread may see it. */
    HostSpec inForceNow() {
        return onLoop(() -> CompletableFuture.completedFuture(inForce));
    }

    /** So that the first answer is as right as any. */
    private void awaitFirstRound() {
        try {
            begun.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<ServiceReport> reports() {
        awaitFirstRound();
        ServiceNames known = names;
        return reconciler.published().entrySet().stream()
                .map(entry -> report(known.of(entry.getKey()), entry.getValue()))
                .sorted(Comparator.comparing(ServiceReport::instance))
                .toList();
    }

    private ServiceReport report(Instance instance, ServiceStatus status) {
        Findings findings = status.process()
                .map(process -> reconciler.findings(instance.name(), process))
                .orElse(Findings.NONE);
        boolean paused = reconciler.paused().contains(instance.name());
        return new Telling(status, findings).report(instance, paused);
    }

    @Override
    public void close() {
        actuator.close();
        kernel.prober().close();
        kernel.launcher().close();
        loop.close();
    }
}
