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
 * @param notes what limits will do otherwise than asked: {@code web: cpu.quota: 200 % of a CPU is above …}
 */
public record Changes(
        SortedSet<ServiceName> added,
        SortedSet<ServiceName> removed,
        SortedMap<ServiceName, List<SpecKey.Change>> changed,
        List<SpecKey.Change> supervisor,
        List<String> notes) {
    public Changes {
        notes = List.copyOf(notes);
    }

    /** Without anything to note. */
    public Changes(
            SortedSet<ServiceName> added,
            SortedSet<ServiceName> removed,
            SortedMap<ServiceName, List<SpecKey.Change>> changed,
            List<SpecKey.Change> supervisor) {
        this(added, removed, changed, supervisor, List.of());
    }

    Changes with(List<String> noted) {
        return new Changes(added, removed, changed, supervisor, noted);
    }

    public boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty() && changed.isEmpty() && supervisor.isEmpty();
    }
}
