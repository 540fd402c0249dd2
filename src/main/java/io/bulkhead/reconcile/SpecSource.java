package io.bulkhead.reconcile;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import java.nio.file.Path;

/** Where the configuration comes from. */
public interface SpecSource {
    /** Reads it again, all or nothing. */
    HostSpec load() throws ConfigException;

    /** Reads another file in the same way. */
    HostSpec load(Path file) throws ConfigException;
}
