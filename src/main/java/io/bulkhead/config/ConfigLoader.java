package io.bulkhead.config;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.HostSpec;
import java.nio.file.Path;

/**
 * Reads a configuration: {@code supervisord.conf} and every file it includes.
 *
 * <p>Nothing but these files and the environment is consulted; in particular no {@code reference.conf} on the class path.
 * Stateless, and so safe for use by several threads.
 */
public final class ConfigLoader {
    /**
     * All or nothing, as a reload is.
     *
     * @throws ConfigException with every problem of every file
     */
    public HostSpec load(Path file) throws ConfigException {
        Reading reading = new Reading(file);
        HostSpec spec = reading.read();
        reading.requireNone();
        return spec;
    }

    /**
     * As much as can run, for a daemon's start: services with problems are in {@link HostSpec#broken}.
     *
     * @throws ConfigException with every problem of every file, if one of them concerns more than a single service
     */
    public HostSpec loadTolerant(Path file) throws ConfigException {
        Reading reading = new Reading(file);
        HostSpec spec = reading.read();
        reading.requireNoneGlobal();
        return spec;
    }
}
