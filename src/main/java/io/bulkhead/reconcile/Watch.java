package io.bulkhead.reconcile;

import io.bulkhead.generations.Generation;
import io.bulkhead.plan.Desired;
import io.bulkhead.plan.Wanted;
import io.bulkhead.spec.Instance;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import io.bulkhead.status.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Looks for a while whether the services that a generation changed come up. Owned by the loop's thread. */
final class Watch {
    private final Reconciler reconciler;
    private final Generation.Watch task;
    /** Whether an earlier daemon began it: what its end finds still coming had no fair chance. */
    private final boolean resumed;
    /** A restart may be over between two looks; a count that falls is that of a new beginning. */
    private final Map<ServiceName, Integer> restarts = new HashMap<>();

    private Optional<String> failure = Optional.empty();

    Watch(Reconciler reconciler, Generation.Watch task, boolean resumed) {
        this.reconciler = reconciler;
        this.task = task;
        this.resumed = resumed;
    }

    /**
     * Completes with what doesn't come up, or empty where all does.
     *
     * @param over whether nobody wants to know any more; then it completes empty
     */
    CompletableFuture<Optional<String>> begin(Supervisor supervisor, BooleanSupplier over) {
        long left = Math.max(0, Duration.between(Instant.now(), task.until()).toMillis());
        CompletableFuture.delayedExecutor(left + 1, TimeUnit.MILLISECONDS).execute(() -> supervisor.post(() -> {}));
        return reconciler.when(() -> over.getAsBoolean() || isDecided()).thenApply(nothing -> failure);
    }

    private boolean isDecided() {
        List<String> coming = new ArrayList<>();
        Wanted wanted = new Wanted(reconciler.desired());
        for (Instance instance : instances()) {
            ServiceName name = instance.name();
            switch (rise(name, wanted.runs(name))) {
                case FAILED -> {
                    failure = Optional.of(Rise.sentence(instance.shown(), reconciler.status(name)));
                    return true;
                }
                case COMING ->
                    coming.add(Rise.sentence(instance.shown(), reconciler.status(name)) + ", not up in time");
                case UP -> {}
            }
        }
        if (Instant.now().isBefore(task.until()) || (resumed && !coming.isEmpty())) {
            return false;
        }
        failure = coming.stream().findFirst();
        return true;
    }

    private List<Instance> instances() {
        List<Instance> instances = new ArrayList<>();
        for (String service : task.services()) {
            List<Instance> declared = reconciler.desired().services().values().stream()
                    .map(each -> each.spec().instance())
                    .filter(instance -> instance.service().value().equals(service))
                    .sorted()
                    .toList();
            instances.addAll(declared.isEmpty() ? List.of(Instance.only(new ServiceName(service))) : declared);
        }
        return instances;
    }

    private Rise rise(ServiceName name, boolean wanted) {
        Desired desired = reconciler.desired();
        Optional<ServiceSpec> spec = desired.spec(name);
        if (spec.isEmpty()) {
            return desired.broken().containsKey(name) ? Rise.FAILED : Rise.UP;
        }
        Optional<ServiceStatus> status = reconciler.status(name);
        int count = status.map(ServiceStatus::restartCount).orElse(0);
        Integer before = restarts.put(name, count);
        return wanted && before != null && count > before ? Rise.FAILED : Rise.of(status, spec.get(), wanted);
    }
}
