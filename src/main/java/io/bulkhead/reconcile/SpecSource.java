package io.bulkhead.reconcile;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;

/** Where the configuration comes from. */
public interface SpecSource {
    /** Reads it again, all or nothing. */
    HostSpec load() throws ConfigException;
}
