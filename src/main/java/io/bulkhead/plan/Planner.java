package io.bulkhead.plan;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.status.Observed;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;

/**
 * Makes plans. The states and what leads from one to the next:
 *
 * <pre>
 * from      when                                              to        action
 * STOPPED   wanted, group empty                               STARTING  Start
 * STARTING  launched                                          STARTING  (ready at start.ready-after)
 *           lived for ready-after                             RUNNING
 *           launch failed, or ended: policy restarts          BACKOFF
 *           ended: policy doesn't restart                     EXITED
 *           launched, but not wanted or the spec has changed  STOPPING  SendSignal
 * RUNNING   ended: policy restarts                            BACKOFF
 *           ended: policy doesn't restart                     EXITED
 *           not wanted, or the spec has changed               STOPPING  SendSignal
 * BACKOFF   the delay is over, group empty                    STARTING  Start
 *           not wanted                                        STOPPED
 *           the spec has changed                              STOPPED
 * (STARTING, RUNNING on a restart beyond the limit            FATAL)
 * STOPPING  stop.timeout is over                              STOPPING  KillGroup
 *           ended, group not empty                            STOPPING  KillGroup
 *           ended, group empty                                STOPPED
 * EXITED,   the spec has changed                              STOPPED
 * FATAL     not wanted                                        STOPPED (EXITED stays)
 * any       the service has left the configuration            STOPPING, then RemoveGroup and Forget
 *           limits differ                                     the same  ApplyLimits or ReportDrift
 *           no main process, group not empty                  the same  KillGroup
 * </pre>
 */
public final class Planner {
    private final DoubleSupplier random;

    /** @param random 0 to 1, for the jitter of restarts */
    public Planner(DoubleSupplier random) {
        this.random = random;
    }

    /** The whole plan: those that others need are planned before these, so that one round gets as far as it can. */
    public Plan plan(Desired desired, Map<ServiceName, ServiceStatus> statuses, Observed observed, Instant now) {
        List<Action> actions = new ArrayList<>();
        Map<ServiceName, ServiceStatus> next = new HashMap<>();
        Map<ServiceName, Instant> wakes = new HashMap<>();
        Wanted wanted = new Wanted(desired);
        Deque<ServiceName> heldUp = new ArrayDeque<>();
        Neighbours neighbours = new Neighbours(desired, wanted, statuses, next);
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
        // Whoever they waited for to go down may be down by now.
        Neighbours later = new Neighbours(desired, wanted, Map.copyOf(next), next);
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

    private static List<ServiceName> names(Desired desired, Map<ServiceName, ServiceStatus> statuses) {
        List<ServiceName> names = new ArrayList<>(desired.graph().order());
        TreeSet<ServiceName> others = new TreeSet<>(statuses.keySet());
        others.addAll(desired.broken().keySet());
        others.removeAll(desired.services().keySet());
        names.addAll(others);
        return names;
    }
}
