package io.bulkhead.plan;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.status.Observed;
import io.bulkhead.status.Observed.ProcessEvent;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;

/**
 * Makes plans. The states and what leads from one to the next; what isn't in here changes nothing:
 *
 * <pre>
 * from      when                                              to        action
 * STOPPED   wanted, nothing to wait for, group empty          STARTING  Start, or RunHook pre-start
 *           wanted, needs another that isn't what it must be  STOPPED   (and says what it waits for)
 * STARTING  pre-start has succeeded, group empty              STARTING  Start
 *           pre-start or launch failed: policy never          FATAL
 *           pre-start takes too long                          STARTING  KillGroup
 *           pre-start runs, and it is not wanted any more     STOPPING  SendSignal
 *           launched, not asked whether it is ready           STARTING  (ready at start.ready-after)
 *           lived for ready-after, or is found ready          RUNNING
 *           not ready within start.timeout                    STOPPING  SendSignal, by start.on-failure
 *           pre-start or launch failed: any other policy      BACKOFF
 *           ended: policy restarts                            BACKOFF
 *           ended: policy doesn't restart                     EXITED
 *           a oneshot has ended with success                  EXITED, or RUNNING without a process if it remains
 * RUNNING   ended: policy restarts                            BACKOFF
 *           ended: policy doesn't restart                     EXITED
 *           unhealthy                                         STOPPING  SendSignal, by health.on-failure
 * STOPPED,  scheduled: wanted, its time has come, nothing to
 * EXITED,   wait for, group empty                             STARTING  Start
 * FATAL     its time has been missed, and missed = skip       the same  SkipRun
 * any       another process has taken the main one's place    the same  (its start, restarts and readiness stay)
 * STARTING, scheduled: its time has come; by overlap          the same  SkipRun, or none and a run follows
 * RUNNING                                                     STOPPING  SendSignal
 * STARTING, not wanted, or the spec has changed, and nobody
 * RUNNING   who needs it has to go down before                STOPPING  SendSignal
 *           the spec has changed, or an operator wants it
 *           replaced; of several instances: it is its turn    STOPPING  SendSignal
 *           another has been restarted that it asks that of   STOPPING  SendSignal
 *           its run takes longer than max-runtime, or it is
 *           short of memory as restart.on has it              STOPPING  SendSignal
 * BACKOFF   the delay is over, nothing to wait for, group
 *           empty                                             STARTING  Start, or RunHook pre-start
 *           not wanted, or the spec has changed               STOPPED
 * (STARTING, RUNNING on a restart beyond the limit            FATAL)
 * STOPPING  stop.timeout is over                              STOPPING  KillGroup
 *           ended, group not empty                            STOPPING  KillGroup
 *           ended, group empty, post-stop not yet run         STOPPING  RunHook post-stop
 *           post-stop takes too long                          STOPPING  KillGroup
 *           ended, group empty                                STOPPED; after a failure BACKOFF, EXITED or FATAL
 * EXITED,   the spec has changed                              STOPPED
 * FATAL     not wanted, or restart.limit.retry-after is over  STOPPED (EXITED stays)
 * (any of these to BACKOFF, EXITED or FATAL with a post-stop  STOPPING first, and then what it was to be)
 * any       the service has left the configuration            STOPPING, then RemoveGroup and Forget
 *           limits differ                                     the same  ApplyLimits or ReportDrift
 *           no main process, group not empty                  the same  KillGroup
 * </pre>
 *
 * <p>Wanted is what is to run by itself or by an operator's word, and what such a service requires or wants, without those that
 * require one that an operator has stopped.
 */
public final class Planner {
    private final DoubleSupplier random;

    /** @param random 0 to 1, for the jitter of restarts */
    public Planner(DoubleSupplier random) {
        this.random = random;
    }

    /** The whole plan: those that others need are planned before these, so that one round gets as far as it can. */
    public Plan plan(Desired desired, Map<ServiceName, ServiceStatus> remembered, Observed observed, Instant now) {
        Map<ServiceName, ServiceStatus> statuses = moved(remembered, observed);
        List<Action> actions = new ArrayList<>();
        Map<ServiceName, ServiceStatus> next = new HashMap<>();
        Map<ServiceName, Instant> wakes = new HashMap<>();
        Wanted wanted = new Wanted(desired);
        Deque<ServiceName> heldUp = new ArrayDeque<>();
        Neighbours neighbours = new Neighbours(desired, wanted, statuses, next, Optional.empty());
        for (ServiceName name : names(desired, statuses)) {
            ServicePlan service = new ServicePlan(
                    name,
                    desired,
                    neighbours,
                    statuses.getOrDefault(name, ServiceStatus.NEW),
                    observed.services().getOrDefault(name, Observed.Service.NOTHING),
                    now,
                    random);
            service.make(actions).ifPresent(status -> next.put(name, status));
            service.wakeAt().ifPresent(at -> wakes.put(name, at));
            if (service.isHeldUp()) {
                heldUp.push(name);
            }
        }
        // Whoever they waited for to go down may be down by now, and whose turn it is can be said when all are planned.
        Map<ServiceName, ServiceStatus> planned = Map.copyOf(next);
        Neighbours later =
                new Neighbours(desired, wanted, planned, next, Optional.of(new Roll(desired, wanted, planned)));
        for (ServiceName name : heldUp) {
            Observed.Service seen = observed.services().getOrDefault(name, Observed.Service.NOTHING);
            ServiceStatus status = next.getOrDefault(name, ServiceStatus.NEW);
            ServicePlan service = new ServicePlan(name, desired, later, status, seen.withoutEvent(), now, random);
            service.make(actions).ifPresent(again -> next.put(name, again));
            service.wakeAt().ifPresent(at -> wakes.put(name, at));
        }
        for (String orphan : new TreeSet<>(observed.orphans())) {
            actions.add(new Action.RemoveGroup(orphan, "no service owns it"));
        }
        return new Plan(actions, next, wakes.values().stream().min(Comparator.naturalOrder()));
    }

    /** With the main processes that are others by now: who asks after another's is to find the right one. */
    private static Map<ServiceName, ServiceStatus> moved(Map<ServiceName, ServiceStatus> statuses, Observed observed) {
        Map<ServiceName, ServiceStatus> moved = new HashMap<>();
        observed.services().forEach((name, service) -> {
            ServiceStatus status = statuses.get(name);
            if (service.event().isPresent()
                    && service.event().get() instanceof ProcessEvent.Moved move
                    && status != null
                    && status.process().filter(move.from()::equals).isPresent()) {
                moved.put(name, status.moved(move.to()));
            }
        });
        if (moved.isEmpty()) {
            return statuses;
        }
        Map<ServiceName, ServiceStatus> all = new HashMap<>(statuses);
        all.putAll(moved);
        return all;
    }

    private static List<ServiceName> names(Desired desired, Map<ServiceName, ServiceStatus> statuses) {
        List<ServiceName> names = new ArrayList<>(desired.graph().order());
        TreeSet<ServiceName> others = new TreeSet<>(statuses.keySet());
        others.addAll(desired.broken().keySet());
        others.removeAll(desired.services().keySet());
        names.addAll(others);
        return names;
    }
}
