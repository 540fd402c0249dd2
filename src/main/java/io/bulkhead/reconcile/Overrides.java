package io.bulkhead.reconcile;

import io.bulkhead.plan.Desired;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What operators have said of services, when another configuration comes. */
final class Overrides {
    private Overrides() {}

    /** As they are, and the same for what is added to a service of which they have said it of every instance. */
    static Map<ServiceName, Boolean> of(Desired before, Collection<ServiceSpec> next) {
        Map<ServiceName, Boolean> overrides = new HashMap<>(before.overrides());
        Map<ServiceName, Integer> count = before.services().values().stream()
                .collect(Collectors.toMap(
                        declared -> declared.spec().instance().service(), declared -> 1, Integer::sum));
        Map<ServiceName, Integer> started = count(before, true);
        Map<ServiceName, Integer> stopped = count(before, false);
        for (ServiceSpec spec : next) {
            Integer all = count.get(spec.instance().service());
            if (all == null || before.services().containsKey(spec.name())) {
                continue;
            }
            if (all.equals(started.get(spec.instance().service()))) {
                overrides.putIfAbsent(spec.name(), true);
            } else if (all.equals(stopped.get(spec.instance().service()))) {
                overrides.putIfAbsent(spec.name(), false);
            }
        }
        return overrides;
    }

    private static Map<ServiceName, Integer> count(Desired before, boolean run) {
        return before.services().values().stream()
                .map(Desired.Declared::spec)
                .filter(spec -> Boolean.valueOf(run).equals(before.overrides().get(spec.name())))
                .collect(Collectors.toMap(spec -> spec.instance().service(), spec -> 1, Integer::sum));
    }
}
