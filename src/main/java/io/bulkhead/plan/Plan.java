package io.bulkhead.plan;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.status.ServiceStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do now and what to remember.
 *
 * @param actions in order
 * @param statuses of every service, those that are to be forgotten left out
 * @param wakeAt when to look again though nothing happens
 */
public record Plan(List<Action> actions, Map<ServiceName, ServiceStatus> statuses, Optional<Instant> wakeAt) {
    public Plan {
        actions = List.copyOf(actions);
        statuses = Map.copyOf(statuses);
    }
}
