package io.bulkhead.plan;

import io.bulkhead.spec.Dependencies;
import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.ServiceSpec;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which services are to run: those that are wanted themselves, those that these need, without those that are held back. */
public final class Wanted {
    private final Desired desired;
    private final Set<ServiceName> wanted = new HashSet<>();
    /** Those that are to run as soon as a service that they require may, and which one that is. */
    private final Map<ServiceName, ServiceName> held = new HashMap<>();

    public Wanted(Desired desired) {
        this.desired = desired;
        if (desired.stopAll()) {
            return;
        }
        Deque<ServiceName> open = new ArrayDeque<>();
        desired.services().forEach((name, declared) -> {
            if (desired.runs(declared.spec())) {
                open.add(name);
            }
        });
        while (!open.isEmpty()) {
            ServiceName name = open.remove();
            if (wanted.add(name)) {
                Dependencies needs = needs(name);
                open(needs.requires().keySet(), open);
                open(needs.wants().keySet(), open);
            }
        }
        desired.graph().order().forEach(this::hold);
    }

    private void open(Collection<String> names, Deque<ServiceName> open) {
        for (String name : names) {
            for (ServiceName member : desired.graph().members(name)) {
                if (!isStopped(member)) {
                    open.add(member);
                }
            }
        }
    }

    /** Whoever an operator has stopped takes those down that can't be without it. */
    private void hold(ServiceName name) {
        if (!wanted.contains(name)) {
            return;
        }
        for (String other : needs(name).requires().keySet()) {
            for (ServiceName member : desired.graph().members(other)) {
                if (isStopped(member)) {
                    held.put(name, member);
                } else if (held.containsKey(member)) {
                    held.putIfAbsent(name, member);
                }
            }
        }
    }

    private boolean isStopped(ServiceName name) {
        return Boolean.FALSE.equals(desired.overrides().get(name));
    }

    private Dependencies needs(ServiceName name) {
        return desired.spec(name)
                .map(ServiceSpec::lifecycle)
                .map(io.bulkhead.spec.Lifecycle::dependencies)
                .orElse(Dependencies.NONE);
    }

    /** Whether it is to run now. */
    public boolean runs(ServiceName name) {
        return wanted.contains(name) && !held.containsKey(name);
    }

    /** The stopped service that it has to wait for, where it is to run but for that. */
    Optional<ServiceName> holder(ServiceName name) {
        return Optional.ofNullable(held.get(name));
    }
}
