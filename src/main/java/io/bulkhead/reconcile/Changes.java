package io.bulkhead.reconcile;

import io.bulkhead.spec.ServiceName;
import io.bulkhead.spec.SpecKey;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * How one configuration differs from the one in force.
 *
 * @param added services it declares anew
 * @param removed services it no longer declares
 * @param changed services it declares otherwise, with every changed key
 * @param supervisor changed settings of the daemon itself; those of RESTART effect wait for the daemon's next start
 */
public record Changes(
        SortedSet<ServiceName> added,
        SortedSet<ServiceName> removed,
        SortedMap<ServiceName, List<SpecKey.Change>> changed,
        List<SpecKey.Change> supervisor) {
    public boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty() && changed.isEmpty() && supervisor.isEmpty();
    }
}
