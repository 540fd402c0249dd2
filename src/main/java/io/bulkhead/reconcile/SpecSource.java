package io.bulkhead.reconcile;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Configuration;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.SourceText;
import java.nio.file.Path;

/** Where the configuration comes from. */
public interface SpecSource {
    /** Reads it again, all or nothing. */
    Configuration load() throws ConfigException;

    /** Reads what was read before once more, whatever the files say now; all or nothing. */
    HostSpec load(SourceText text) throws ConfigException;

    /** Reads another file in the same way. */
    HostSpec load(Path file) throws ConfigException;

    /** What the files say, whether it makes sense or not. */
    SourceText text();
}
