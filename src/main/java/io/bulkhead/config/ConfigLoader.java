package io.bulkhead.config;

import io.bulkhead.spec.ConfigException;
import io.bulkhead.spec.Configuration;
import io.bulkhead.spec.HostSpec;
import io.bulkhead.spec.SourceText;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * Reads a configuration: {@code supervisord.conf} and every file it includes.
 *
 * <p>Nothing but these files and the environment is consulted; in particular no {@code reference.conf} on the class path.
 * Stateless, and so safe for use by several threads.
 */
public final class ConfigLoader {
    private static final int KEY_BYTES = 32;

    private final Key key;

    /** Gives the key by which one text of a secret is told from another. */
    public interface Key {
        /** Of 16 bytes or more; as secret as the texts, and the same as long as digests are compared. */
        byte[] of(Path runDir) throws IOException;
    }

    /** For who compares with nothing of another process. */
    public ConfigLoader() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        this.key = runDir -> random;
    }

    public ConfigLoader(Key key) {
        this.key = key;
    }

    /**
     * All or nothing, as a reload is.
     *
     * @throws ConfigException with every problem of every file
     */
    public HostSpec load(Path file) throws ConfigException {
        return read(file).host();
    }

    /** As {@link #load}, with what it was read from. */
    public Configuration read(Path file) throws ConfigException {
        return strict(new Reading(file, key));
    }

    /** Reads what was read before once more, whatever the files say now. */
    public Configuration read(SourceText text) throws ConfigException {
        return strict(new Reading(text, key));
    }

    /**
     * As much as can run, for a daemon's start: services with problems are in {@link HostSpec#broken}.
     *
     * @throws ConfigException with every problem of every file, if one of them concerns more than a single service
     */
    public HostSpec loadTolerant(Path file) throws ConfigException {
        return readTolerant(file).host();
    }

    /** As {@link #loadTolerant}, with what it was read from. */
    public Configuration readTolerant(Path file) throws ConfigException {
        return tolerant(new Reading(file, key));
    }

    public Configuration readTolerant(SourceText text) throws ConfigException {
        return tolerant(new Reading(text, key));
    }

    /** What the files say, whether it makes sense or not. */
    public SourceText text(Path file) {
        Reading reading = new Reading(file, key);
        reading.read();
        return reading.text();
    }

    private static Configuration strict(Reading reading) throws ConfigException {
        HostSpec host = reading.read();
        reading.requireNone();
        return new Configuration(host, reading.text());
    }

    private static Configuration tolerant(Reading reading) throws ConfigException {
        HostSpec host = reading.read();
        reading.requireNoneGlobal();
        return new Configuration(host, reading.text());
    }
}
