package io.bulkhead.spec;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a service's capabilities differ from {@link Capability#DEFAULT}.
 *
 * <p>As Docker has it: all dropped leaves those added; all added leaves all but those dropped. A process of a user other than
 * root holds those added, as ambient ones, and no others.
 *
 * @param add all of them stands for ALL
 * @param drop all of them stands for ALL
 */
public record CapabilityChanges(Set<Capability> add, Set<Capability> drop) {
    public static final CapabilityChanges NONE = new CapabilityChanges(Set.of(), Set.of());

    private static final int ALL = Capability.values().length;

    public CapabilityChanges {
        add = copy(add);
        drop = copy(drop);
    }

    private static Set<Capability> copy(Set<Capability> set) {
        return set.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(set));
    }

    public boolean addsAll() {
        return add.size() == ALL;
    }

    /** What is kept of all there are. */
    public Set<Capability> kept() {
        Set<Capability> kept = EnumSet.noneOf(Capability.class);
        if (drop.size() < ALL) {
            kept.addAll(Capability.DEFAULT);
            kept.addAll(add);
            kept.removeAll(drop);
        } else {
            kept.addAll(add);
        }
        return kept;
    }
}
