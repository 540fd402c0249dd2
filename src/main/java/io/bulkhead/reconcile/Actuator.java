package io.bulkhead.reconcile;

import io.bulkhead.cgroup.Removal;
import io.bulkhead.cgroup.Subgroup;
import io.bulkhead.launch.LaunchException;
import io.bulkhead.libc.Checkpoint;
import io.bulkhead.libc.ErrnoException;
import io.bulkhead.libc.EventLoop;
import io.bulkhead.plan.Action;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries actions out on worker threads, one at a time for each service, and hands what came of them to the loop. Its
 * methods are for the loop's thread.
 */
final class Actuator implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Actuator.class);
    /** More would only wait for the kernel's locks; fewer could all hang in somebody's dead mount. */
    private static final int WORKERS = 16;

    private final KernelSide kernel;
    private final EventLoop loop;
    private final Worker worker;
    private final ThreadPoolExecutor pool;
    private final Set<String> busy = new HashSet<>();

    Actuator(KernelSide kernel, EventLoop loop, Worker worker) {
        this.kernel = kernel;
        this.loop = loop;
        this.worker = worker;
        AtomicInteger count = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(WORKERS, WORKERS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "worker-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
    }

    boolean isBusy(String target) {
        return busy.contains(target);
    }

    boolean isBusy() {
        return !busy.isEmpty();
    }

    void start(ServiceSpec spec, Consumer<Worker.Started> done, Consumer<String> failed) {
        launch(spec.name().value(), "start", () -> worker.start(spec), done, failed);
    }

    /**
     * @param target what it is to be known by
     * @param section of the configuration, where its timeout stands
     */
    void order(
            String target, String section, Worker.Order order, Consumer<Worker.Started> done, Consumer<String> failed) {
        launch(target, section, () -> worker.run(order), done, failed);
    }

    /** Kills all that is in a group below a service's, and removes it. */
    void end(String target, Subgroup group, Runnable done) {
        submit(target, () -> {
            try {
                if (group.end() instanceof Removal.Busy left) {
                    log.warn("{}: what it has started was killed and doesn't end: {}", target, left);
                }
            } catch (ErrnoException e) {
                log.warn("{}: what it has started is not ended: {}", target, e.getMessage());
            }
            return done;
        });
    }

    /** @param section of the configuration, where its timeout stands */
    private void launch(
            String target, String section, Launch launch, Consumer<Worker.Started> done, Consumer<String> failed) {
        submit(target, () -> {
            try {
                Worker.Started started = launch.run();
                return () -> done.accept(started);
            } catch (LaunchException e) {
                String message =
                        String.valueOf(e.limitedBy(section + ".timeout").getMessage());
                return () -> failed.accept(message);
            }
        });
    }

    void run(Action.RunHook hook, Consumer<Worker.Started> done, Consumer<String> failed) {
        launch(hook.target(), hook.point().toString(), () -> worker.run(hook), done, failed);
    }

    /** @param done told whether the group is empty */
    void kill(String target, Consumer<Boolean> done) {
        submit(target, () -> {
            boolean empty = kill(target);
            return () -> done.accept(empty);
        });
    }

    private boolean kill(String target) {
        try {
            boolean empty = worker.kill(target);
            if (!empty) {
                log.warn(
                        "group={} is not empty though all in it were killed: {}",
                        target,
                        kernel.cgroups().processes(target));
            }
            return empty;
        } catch (ErrnoException e) {
            log.warn("group={} not killed: {}", target, e.getMessage());
            return false;
        }
    }

    /** @param done told whether the group is gone */
    void remove(String target, Consumer<Boolean> done) {
        submit(target, () -> {
            boolean gone = kill(target) && removeEmpty(target);
            return () -> done.accept(gone);
        });
    }

    private boolean removeEmpty(String target) {
        try {
            Removal removal = kernel.cgroups().remove(target);
            if (removal instanceof Removal.Busy busyGroup) {
                log.warn("group={} not removed: {}", target, busyGroup);
                return false;
            }
            Checkpoint.GROUP_REMOVED.reached();
            clean(target);
            return true;
        } catch (ErrnoException e) {
            log.warn("group={} not removed: {}", target, e.getMessage());
            return false;
        }
    }

    /** Deletes what run-dir holds of a service that is no more. */
    void forget(String target, Runnable done) {
        submit(target, () -> {
            clean(target);
            return done;
        });
    }

    /** The record goes last: as long as there is one, a later daemon knows that there is something to clean. */
    private void clean(String target) {
        if (!ServiceName.isValid(target)) {
            return;
        }
        ServiceName service = new ServiceName(target);
        kernel.logs().remove(service);
        kernel.prober().sockets().close(service);
        Checkpoint.PIPES_DELETED.reached();
        try {
            kernel.records().delete(service);
        } catch (IOException e) {
            log.warn("service={} runtime record not deleted: {}", target, e.toString());
        }
    }

    private interface Launch {
        Worker.Started run() throws LaunchException;
    }

    /** Something slow that ends in something for the loop. */
    private interface Task {
        Runnable run();
    }

    private void submit(String target, Task task) {
        busy.add(target);
        pool.execute(() -> {
            Runnable outcome;
            try {
                outcome = task.run();
            } catch (RuntimeException | Error e) {
                // A defect of ours must cost one action, not the loop's knowledge that it is over.
                log.error("service={} action failed", target, e);
                outcome = () -> {};
            }
            Runnable finished = outcome;
            loop.post(() -> {
                busy.remove(target);
                finished.run();
            });
        });
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
