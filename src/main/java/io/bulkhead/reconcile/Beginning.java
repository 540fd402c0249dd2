package io.bulkhead.reconcile;

import io.bulkhead.generations.Composition;
import io.bulkhead.generations.Generations;
import io.bulkhead.spec.HostSpec;

/**
 * What a daemon begins with.
 *
 * @param host as it can be on this host
 * @param text what it was read from
 * @param files the fingerprint of the files as they are
 * @param held whether it is the newest generation, and not what the files say
 * @param generations what earlier daemons had in force
 */
public record Beginning(HostSpec host, Composition text, String files, boolean held, Generations generations) {
    public Beginning with(HostSpec adapted) {
        return new Beginning(adapted, text, files, held, generations);
    }
}
